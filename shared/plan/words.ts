import type { Phase } from '../contest.ts';
import type { SeatFaultCode } from '../judging/check.ts';
import type { PartId } from '../judging/outcome.ts';
import { dayOf, dayTime } from '../moment.ts';
import { isDate } from '../time.ts';
import { partWords, stepWords } from '../words.ts';
import type { PlanFault, PlanFaultCode } from './fault.ts';

/** What is wrong, and what to do about it. `{name}` is filled from the fault's details. */
export const faultWords: Record<PlanFaultCode | SeatFaultCode, string> = {
  text_missing: '这里还没有填写。',
  text_too_long: '最多 {most} 个字，现在 {length} 个，请缩短。',
  text_unshown: '有显示不出的字：“{around}”，□处请改成能显示的字。',
  too_many: '最多 {most} 项，现在 {count} 项，请删减。',
  number_out: '请填 {least} 到 {most} 之间的整数。',
  id_malformed: '代号“{id}”只能用小写英文字母开头的字母和数字。',
  name_twice: '“{name}”出现了两次，请改成不同的名称。',
  id_twice: '代号“{id}”出现了两次，请删除其中一项。',
  moment_missing: '请填写日期和时间。',
  schedule_empty: '还没有安排日程，至少要有投票阶段。',
  phase_twice: '“{phase}”安排了两次，请删除一个。',
  schedule_order: '“{phase}”必须晚于“{before}”，请调整时间。',
  voting_missing: '填写了投票时间，但日程里没有“投票”阶段，请打开它。',
  round_missing: '日程里有“投票”阶段，请填写投票的起止时间。',
  round_order: '截止必须晚于开始。',
  rounds_overlap: '第 {round} 轮在上一轮截止之前就开始了，请错开。',
  voting_apart: '第一轮投票的开始时间要与“投票”阶段一致。',
  phase_during_voting: '“{phase}”在投票截止（{closes}）之前就开始了，请改到截止之后。',
  round_past: '这个截止时间已经过去，没有人能投票，请改为今后的时间。',
  voting_short: '投票一共只有 {hours} 小时，群众可能来不及，建议至少 3 天。',
  judging_missing: '评审占 {percent}%，但日程里没有“专家评审”阶段。',
  notice_short:
    '公示要求 {days} 个工作日，最早到 {last} 期满，结果公布要在期满之后，请推后，或减少公示的天数。',
  collection_order: '报送截止必须晚于报送开始。',
  deadline_after_shortlist: '报送截止晚于候选公布（{from}），来不及审核，请提前。',
  review_before_deadline: '审核开始时报送还没有截止，审核期间会继续收到报送。',
  deadline_off: '截止那天是{name}，单位可能无人办理，建议改到工作日。',
  deadline_uncovered:
    '{year} 年的放假安排还没有录入，无法核对截止那天是否放假。请系统管理员在“工作日历”里补充。',
  picks_order: '每张选票至少选 {min} 位，却最多只能选 {max} 位，请调整。',
  picks_more_than_candidates: '每张选票至少选 {min} 位，但候选只有 {candidates} 位，没有人能投出选票。',
  picks_never_full: '每张最多选 {max} 位，实际最多只能选到 {reach} 位，上限不会用到。',
  category_order: '“{category}”的下限 {min} 大于上限 {max}，请调整。',
  category_unknown: '“{id}”这个组别已经不在，请删除与它有关的限制。',
  category_sum_low: '各组上限加起来只有 {sum} 位，达不到每张至少 {min} 位，没有人能投出选票。',
  category_sum_high: '各组下限加起来有 {sum} 位，超过每张最多 {max} 位，没有人能投出选票。',
  category_more_than_candidates: '“{category}”至少要选 {min} 位，但这一组只有 {candidates} 位候选。',
  ballots_never_spent: '同一候选不能重复选，{candidates} 位候选用不完 {ballots} 张选票。',
  weights_sum: '各部分加起来是 {sum}%，必须正好是 100%。',
  vote_mentioned: '没有安排投票，但这里写到“{words}”，请改写。',
  outcome_without_vote: '没有安排投票，就没有票数可以计分：请在日程里打开“投票”，或关闭评审与计分。',
  weights_none: '没有设置计分方式：页面不说明投票占多大比重，投票之后系统也不计算综合得分。',
  vote_heavy: '投票占 {percent}%，超过 {most}%。结果容易受刷票影响，建议增加评审的比重。',
  vote_moves_more:
    '投票名义占 {nominal}%，实际大约决定名次的 {real}%：票数拉开的分差比评审大得多。建议改用“名次分”或缩小分差，也可降低投票的比重。',
  panel_missing: '{panel}占了比重，但还没有设置评分项，请添加，或把比重改为 0。',
  panel_idle: '{panel}的比重是 0，打出的分数不参加计算。',
  criteria_sum: '{panel}各评分项的权重加起来是 {sum}%，必须正好是 100%。',
  full_uneven: '{panel}各项满分相差得太零碎，无法精确折算。请用 5、10、20、100 这样的满分。',
  anchor_out: '“{criterion}”满分 {full} 分，尺度却从 {from} 分起，请调整。',
  anchor_twice: '“{criterion}”有两条尺度都从 {from} 分起，请删除一条。',
  trim_too_much: '{panel}从 {trimFrom} 份评分表起就去高去低，去掉后没有剩下的分数。至少从 {least} 份起。',
  quorum_out: '{panel}的法定人数应是不超过全体的几分之几，如 2/3。',
  seats_too_few: '只有 {seats} 个席位，每位候选至少要 {least} 份评分表，请增加席位。',
  quorum_below_least:
    '到 {needed} 个席位锁定就够法定人数，但每位候选至少要 {least} 份评分表，可能仍算不出分。',
  trim_idle: '只有 {seats} 个席位，从 {trimFrom} 份评分表起才去高去低，这条规则不会用到。',
  floor_passed:
    '名次分差太大：第 {candidates} 名只有 {lowest} 分，低于基础分 {floor} 分。分差最多 {most} 分。',
  tie_twice: '同一个并列次序写了两次，请删除一个。',
  tie_without_panel: '并列时先看{panel}，但没有设置这个评审组，请去掉或添加。',
  places_too_many: '要评出 {places} 位，但候选只有 {candidates} 位。',
  bounds_crossed: '“{name}”至少 {least} 位，却最多只能 {most} 位，请调整。',
  minimums_too_many: '各组至少要评出的加起来有 {least} 位，超过总共 {places} 位。',
  category_places_sum: '各组别评出 {parts} = {sum} 位，与最终评出 {places} 位不等，请改成一致。',
  minimum_above_candidates: '“{name}”至少要评出 {least} 位，但这一组只有 {candidates} 位候选。',
  places_never_filled: '按各组的限额最多只能评出 {most} 位，达不到 {places} 位，会有名额空着。',
  group_short: '“{name}”至少要评出 {least} 位，但只写了 {members} 个编号，请在投票开始前补全。',
  group_stranger: '“{name}”里的 {number} 号不是候选，请核对编号。',
  honours_sum: '各等次加起来有 {sum} 位，必须正好是评出的 {places} 位。',
  counts_seen: '评委打分时能看到票数，打分可能受票数影响，建议关闭，或改为投票结束后再公布票数。',
  notice_uncovered:
    '公示要到 {year} 年，这一年的放假安排还没有录入，推算不出哪天期满，届时也不能发布公示。请系统管理员在“工作日历”里补充。',
  reveal_hour: '请填写每天公布的时间。',
  reveal_before_voting: '投票开始前就公布，等于实时公布。请改为投票开始之后，或选择实时公布。',
  reveal_before_close: '投票截止（{closes}）之前就会公布票数，后面的投票会看到名次。',
  reveal_after_result: '票数公布晚于结果公布（{result}），请提前。',
  link_malformed: '网址要写完整，以 https:// 或 http:// 开头；没有就留空。',
  kinds_missing: '请至少选择一种候选：个人、集体、案例或作品。',
  form_empty: '报送表还没有栏目。',
  field_needed: '报送表需要一个必填的“姓名”或“报送主题”，它是候选的名称。',
  field_must_be_private: '“{title}”是个人信息，不能公开。',
  field_must_be_public: '“{title}”显示在候选卡片上，必须公开。',
  kind_unknown: '“{title}”只对某种候选出现，但这种候选没有选用。',
  choices_missing: '“{title}”是选择题，请至少写两个选项。',
  unit_kinds_missing: '请至少设置一类报送单位。',
  opinion_owner: '“{name}”由哪一类单位办理还没有选，请在这里重选。',
  quota_order: '“{name}”至少报 {least} 个，却最多只能报 {most} 个，请调整。',
  places_below_total: '各组名额加起来只有 {sum} 位，用不满总名额 {places} 位。',
  places_above_total: '各组名额加起来有 {sum} 位，超过总名额 {places} 位。',
  threshold_out: '这个界限不是可用的数，请填 0 到 10000000 之间的整数，或留空表示不采取这一步。',
  threshold_order: '更严的一步比更宽的一步来得早，请检查次序：记录、验证、待核、拒绝应依次增大。',
  picks_unseen:
    '票数公布之前，系统不看选票投给了谁：“候选突增”“单选集中”“选择相同”都不记录、不计分，这几个数暂不起作用。',
  network_malformed: '“{cidr}”不是网段，应如 203.0.113.0/24。',
  network_wide: '“{cidr}”范围太大，请写到 /16（IPv6 为 /32）或更小。',
  wechat_unconnected: '本站没有接入公众号，微信认不出投票人，投票无法正常进行。请先接入，或改为“浏览器”。',
  messages_untaken:
    '公众号还没有接通消息，群众发来的票收不到。请系统管理员按部署手册接通，或先关闭发消息投票。',
  follow_outside: '浏览器无法证明已经关注，请把“微信之外打开时”改为“引导到微信”，或不要求关注。',
  keyword_malformed: '口令是 1–8 个汉字或字母，不带空格和数字，也不能是“查票”“查”“帮助”“help”。',
  keyword_many_picks: '每张选票至少选 {min} 位，发消息投票要打出每一位的编号，容易打错，建议只在页面上投。',
  announcement_over: '有一条公告的结束时间早于发布时间。',
  icp_malformed: '备案号格式应如“京ICP备00000000号-1”，没有可留空。',
  police_malformed: '公安备案号格式应如“京公网安备 00000000000000号”，没有可留空。',
  site_code_malformed: '网站标识码是 10 位字母或数字，没有可留空。',
  round_started_moved: '这一轮已经开始（{opens}），开始时间不能再改。',
  round_shortened: '投票正在进行，只能延长，不能早于 {closes}。',
  round_ended: '这一轮已于 {closes} 截止，时间不能再改。',
  round_removed: '第 {round} 轮已经开始，不能删除。',
  category_in_use: '{number} 号候选所在的组别被删除了，请先为候选换组或恢复组别。',
  reveal_taken_back: '票数已经公布过，不能再改为不公布。',
  reveal_earlier: '投票已经开始，票数公布只能推后，不能提前：请改为 {from} 或更晚公布。',
  reveal_daily_kept: '投票已经开始，票数公布只能推后，不能提前：每天公布的时间不能再改，也不能改为实时公布。',
  outcome_kept: '投票已经开始，评审与计分的规则不能再改，请恢复原来的设置。',
  order_promised: '投票开始时已经写明排名不分先后，不能再改为显示名次。',
};

const INSTANT = /^\d{4}-\d\d-\d\dT/;

export function faultText({
  code,
  details,
}: Pick<PlanFault, 'details'> & { code: keyof typeof faultWords }): string {
  return faultWords[code].replace(/\{(\w+)\}/g, (_, key: string) => {
    const value = details[key];
    if (value === undefined) return '';
    if (key === 'phase' || key === 'before') return stepWords[value as Phase] ?? String(value);
    if (key === 'panel') return partWords[value as PartId] ?? String(value);
    if (typeof value !== 'string') return String(value);
    if (isDate(value)) return dayOf(value);
    return INSTANT.test(value) ? dayTime(value) : value;
  });
}
