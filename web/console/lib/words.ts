import type { Phase } from '@zuimei/shared/contest.ts';
import { dayTime, fullDayOf } from '@zuimei/shared/moment.ts';
import type { NominationState } from '@zuimei/shared/nomination.ts';
import { lackWords } from '@zuimei/shared/opinion.ts';
import type { PasswordFault } from '@zuimei/shared/password.ts';
import { heicAdvice } from '@zuimei/shared/picture.ts';
import type { RefusalDetails } from '@zuimei/shared/refusal.ts';
import { allRefusalWords } from '@zuimei/shared/result/refusalwords.ts';
import type { Role, StaffState } from '@zuimei/shared/staff.ts';
import type { StaffRefusalCode } from '@zuimei/shared/staffrefusal.ts';
import { personalWords } from '@zuimei/shared/text/personal.ts';
import { isDate } from '@zuimei/shared/time.ts';
import type { QuarantineView } from '@zuimei/shared/upkeep.ts';
import { phaseWords } from '@zuimei/shared/words.ts';
import type { Fault } from './client.ts';

/** What each may do, beside a box to tick. */
export const roleNotes: Record<Role, string> = {
  administrator: '管理账号与权限，看不到选票',
  organizer: '设置活动，收集、公布、导出',
  reviewer: '审核报送，参加评议',
  auditor: '查看全部记录，两人共同裁定选票',
  editor: '审看供稿单位的稿件，登记录用，统计积分',
  expert: '为候选评分',
  unit: '填写和提交本单位的报送',
  contributor: '报送本单位的稿件',
};

/** Why nothing can be changed at present. */
export const quarantineWords: Record<QuarantineView['cause'], string> = {
  asked: '服务器设置要求只读',
  copy: '数据库是恢复或复制出来的，还没有人确认它完整',
  behind: '数据库比本机签过的存证点旧，可能缺少已经计票的选票',
  fork: '见证单位交来了本账本签过、数据库里却没有的存证点',
};

export const staffStateWords: Record<StaffState, string> = {
  invited: '待启用',
  expired: '链接已过期',
  unready: '待绑定动态码',
  active: '正常',
  locked: '暂时锁定',
  altered: '记录异常',
  disabled: '已停用',
};

export const staffStateTones: Record<StaffState, 'ok' | 'hold' | 'red' | 'plain' | 'dark'> = {
  invited: 'hold',
  expired: 'hold',
  unready: 'hold',
  active: 'ok',
  locked: 'red',
  altered: 'red',
  disabled: 'plain',
};

/** How a badge of each state looks (StatusBadge). */
export const nominationStateTones: Record<NominationState, 'ok' | 'hold' | 'red' | 'plain' | 'dark'> = {
  draft: 'plain',
  submitted: 'hold',
  returned: 'red',
  accepted: 'ok',
  declined: 'plain',
  published: 'dark',
  withdrawn: 'plain',
};

export const phaseTones: Record<Phase, 'ok' | 'hold' | 'red' | 'plain' | 'dark'> = {
  draft: 'plain',
  nominating: 'hold',
  reviewing: 'hold',
  shortlisted: 'ok',
  voting: 'ok',
  judging: 'hold',
  notice: 'red',
  result: 'dark',
  archived: 'plain',
};

/**
 * What staff and units read for each refusal. `{name}` is filled from its details (instants become "3月28日 17:00"); a clause in
 * square brackets falls away when a detail in it is missing. Say what happened and what to do next.
 */
export const staffRefusalWords: Record<StaffRefusalCode, string> = {
  signed_out: '登录已过期，请重新登录。填写的内容仍在这里。',
  forbidden: '您的权限不包括这一步。如需办理，请联系系统管理员。',
  csrf: '页面已经过期，请刷新后再试。刷新前请先复制未保存的内容。',
  reauth_needed: '这一步须先确认是您本人，请再输入一次动态码。填写的内容仍在这里。',
  sign_in_failed: '账号或密码不正确，请核对后再试。[再错 {left} 次将暂时锁定。]',
  locked_out:
    '在这里多次尝试没有成功，已暂时停用[，{until} 后可再试]。可改用以前登录过的电脑或手机，或联系系统管理员解除。',
  sign_in_wait: '这个账号近来有多次登录失败。为保护账号，请稍候片刻再试。',
  code_wrong: '动态码不正确或已用过，请等下一个动态码再输入。[再错 {left} 次将暂时锁定。]',
  password_wrong: '当前密码不正确，请核对后再试。[再错 {left} 次将暂时锁定。]',
  totp_missing: '您的身份需要动态码才能登录，但还没有绑定。请联系系统管理员发送新的链接。',
  invite_invalid: '这个账号链接已经使用过或已过期，请联系系统管理员重新发送。',
  invite_opened:
    '这个链接刚刚又在别处打开过，先前的二维码已作废。如果是您本人打开的，请重新扫码后再输入动态码；如果不是，请停下来联系系统管理员，换一个新的链接。',
  pass_needed: '这个账号由两个人共同办理。请输入另一位经办人告诉您的启用码。',
  pass_wrong: '启用码不正确，请向告诉您的经办人核对后再试。[再错 {left} 次链接将作废。]',
  link_invalid: '这个单位链接已失效，请向主办单位索取新的链接。',
  password_weak: '密码太容易被猜到，请换一个：[至少 {min} 个字符，]不要用账号、常见词或连续数字。',
  password_leaked:
    '这个密码与网上已经泄露的密码太像，容易被猜到。请换一句只有您知道的话，例如三四个不相干的词。',
  roles_conflict: '这些身份不能由同一个人担任：系统管理员与审计须分开，审计与报送单位不兼任其他身份。',
  login_taken: '这个账号名已有人使用，请换一个。',
  account_altered:
    '这个账号的记录在本系统之外被改动过，已停止使用。请由服务器管理员运行 zuimei verify 查明，再用 zuimei staff reset 重新启用。',
  not_yourself: '不能对自己的账号做这一步，请由另一位系统管理员办理。',
  last_administrator: '这是最后一位系统管理员，请先添加另一位再操作。',
  second_missing:
    '系统管理员和审计的账号须由两个人共同办理，而目前没有另一位系统管理员或审计可以确认。请联系运维人员在服务器上用 zuimei staff add 建立第一位。',
  auditor_missing:
    '重设审计账号须由另一名审计确认，而目前没有另一名可以确认的审计。请联系运维人员在服务器上用 zuimei staff reset 办理。',
  request_open: '这里已有一件同样的事项在等待确认，请先办结或撤回。',
  request_closed: '这件事项已经办结或过期，请刷新后查看。',
  own_request: '自己提出的事项须由另一个人确认。',
  slug_taken: '网址[ {slug} ]已被另一个活动使用，请换一个。',
  plan_changed: '这份设置刚刚在别处修改过。请先载入最新内容，再改您的部分。',
  season_changed: '这一年的细则与目标刚刚在别处修改过。请重新读取后，再改您的部分。',
  plan_impossible: '这样设置无法执行，请按提示修改后再保存。',
  plan_broken: '没有执行：这样一来，{reason}请先到“设置”里改好并发布，再回来办理。',
  reason_missing: '请写明原因，4 到 200 个字。',
  not_now:
    '活动当前的阶段不能做这一步，请刷新页面查看最新状态。[现在是“{phase}”。][可以在 {until} 之后办理。]',
  already_paused: '投票已经是暂停状态，请刷新后查看。',
  not_paused: '投票没有暂停，不需要恢复。请刷新后查看。',
  round_over: '这一轮投票已经截止[（{closes}）]，不能再暂停或延长。',
  not_later: '只能延长，不能缩短[：新的截止时间要晚于 {closes}]。',
  not_so_late: '这一轮最晚延长到下一轮开始[（{latest}）]，请选更早的时间。',
  too_many_announcements: '公告已到同时保留的上限[（{most} 条）]，请先撤下不需要的。',
  voting_begun: '投票已经开始[（{opens}）]，不能再增加候选。已有候选的内容有误，可以更正或办理退出。',
  nothing_to_publish: '还没有可以公布的内容，请先通过至少一份报送并编号。',
  shortlist_incomplete: '[“{name}”]还缺编号、照片或本人同意等，请按公布前核对表补齐后再公布。',
  places_over: '超出候选名额[：{over}]。请先撤销几份的通过，或到“设置”里改名额。',
  archived: '活动已经归档，只能查看和导出，不能再修改。如需继续使用，请复制为新的活动。',
  skip_untyped: '要跳过的环节与刚才显示的不同，请刷新后再办[，并照原样输入“{sentence}”]。',
  title_differs: '输入的活动名称与本活动不一致，请照原样填写后再确认。',
  proposal_gone: '这次预览已经导入过，或者超过一天已失效。请到“导入记录”查看，或者重新选择文件。',
  proposal_stale:
    '预览之后[，“{name}”]有了变化（新报来、改动或删除），这次没有导入任何一行。请重新读取文件后再导入。',
  under_way: '您上一次的这项操作还没有办完，请等它结束后再试。',
  import_undone: '这次导入已[由{by}在 {at} ]撤销，请刷新查看。',
  unit_known: '已有同名的报送单位{name}，请核对后再添加。',
  webhook_address:
    '这个地址不能用：须以 https:// 开头，能从公网访问。内网的机器人请系统管理员在服务器上登记后再填。',
  webhook_missing: '还没有填写机器人地址，请先粘贴地址并保存。',
  unit_parent: '上级单位[“{name}”]不能这样设：它应是名单里的另一个单位，并且不在本单位之下。请核对后重选。',
  roster_stale:
    '预览之后[，“{name}”]有了变化（改动、新报送或删除），这次没有导入任何一行。已重新核对，请看过再导入。',
  quota_below:
    '[“{name}”的][“{category}”]名额[改为 {most} 份，]少于已提交的份数[（{used} 份）]。请改大，或先退回多出的。',
  unit_in_use: '这个单位已有报送，不能删除。可以先停用它的链接。',
  form_incomplete: '表格还没有填完整，请补齐标出的项目后再提交。',
  quota_full: '本单位[“{category}”]的名额已用完[（最多 {most} 个）]。请先撤回一份，再提交这一份。',
  quota_none: '本单位没有[“{category}”的]名额。请改选其他组别，或与主办单位联系。',
  category_full: '[“{category}”的]名额已满[（最多 {most} 个）]，请先调整名单或名额。',
  collection_closed: '现在不在报送时间内[（{opens} 至 {closes}）]。内容已存为草稿，如需补报请联系主办单位。',
  state_changed: '这份报送刚刚有了变化[（{by}，{at}）]，请刷新后再处理。',
  opinion_missing: `意见还没有齐[：${lackWords.opinion_missing}]，请补齐后再继续。`,
  opinion_scan: `意见还没有齐[：${lackWords.opinion_scan}]，请上传后再继续。`,
  opinion_against: `意见还没有齐[：${lackWords.opinion_against}]，请核实；已经改为同意的，请先更正这份意见。`,
  contributor_known: '已有同名的供稿单位[“{name}”]（停用的也算），请核对后再保存。',
  contributor_ended: '供稿单位[“{name}”]已经停用，不能再改。需要继续报送时，请先恢复它。',
  filer_known: '这个单位已有宣传员[“{name}”]。同名的两位请在姓名后注明。',
  filer_ended: '[“{name}”]已经交接，不再是宣传员。请刷新后查看。',
  handover_day: '最后一天应在任职期间[（{since} 至 {last}）]，请核对后再交接。',
  handover_self: '接任的应是本单位另一位在任的宣传员，请选择一位，或填写新的一位。',
  filing_changed: '这份稿件刚刚在别处改过[（{at}）]。请比对后选择保留哪一份，填写的内容都还在。',
  filing_closed: '宣传编辑已经办理这份稿件，不能再改或撤回。如需更正，请联系宣传编辑。',
  filing_kept: '报送过的稿件要留存，不能删除。不再报送时，放着不提交即可。',
  filing_many: '今天新建的稿件已到上限[（{most} 件）]，请明天再报，或先删除不用的草稿。',
  filing_incomplete: '还有[ {n} ]处没有填好，请按提示补齐后再报送。填写的内容都已保存。',
  filing_short:
    '综合性原创文章不少于[ {least} ]字，现有[ {characters} ]字，还差[ {short} ]字，没有报送。请补足，或改按“工作动态”报送；PDF 和图片里的字不计。',
  filing_ahead: '事件日期不能晚于首次报送的日子[（{last}）]，请核对后再报送。',
  commission_gone: '这项约稿已经结束，或不是向本单位约的。请改按其他种类报送，或联系宣传编辑。',
  consent_missing: '还没有记录本人同意公示，请填写同意人和日期后再提交。',
  film_broken: '视频还没有传完，请再选一次同一个文件，会从断处接着传。',
  film_codec:
    '视频{name}[是 {codec} 编码，]很多手机放不了。请导出为 MP4（H.264）后再传；苹果手机可在“设置—相机—格式”选“兼容性最佳”。',
  film_room: '本单位的视频合计[不能超过 {most}，]已经放不下。请删除不用的视频，或压缩后再传。',
  file_refused: '文件{name}不能接收，请检查格式是否正确、内容是否完整后重新上传。',
  photo_none: '[“{name}”]不是照片，请选择 JPG、PNG 或 WebP 格式的照片。',
  photo_heic: `[“{name}”]是 HEIC 格式，这里打不开。${heicAdvice}。`,
  photo_points: '照片[“{name}”]有[ {points} ]万像素，超过[ {most} ]万，请缩小或另存为 JPG 后再上传。',
  photo_small: '照片[“{name}”]只有[ {width}×{height} ]像素，太小了，请换一张[不小于 {least} 像素]的照片。',
  photo_bytes: '照片[“{name}”]有[ {megabytes} ]MB，超过[ {most} ]MB，请压缩后再上传。',
  photo_broken: '照片[“{name}”]已损坏或没有传完整，打不开，请从手机或相机重新导出后再上传。',
  too_many_files: '附件数量已到上限[（{most} 个）]，请删除不需要的再上传。',
  number_taken: '编号[ {number} ]已被占用，请换一个编号。',
  panel_missing: '有权重的评审组还没有评分项或评分表，请先在“设置”里补齐，或把它的权重改为 0。',
  panel_frozen: '这个评审组已有评分表锁定，不能再增加席位。确需增加，请先由主办单位重开已锁定的评分表。',
  seat_taken: '[“{name}”]已在评审席位中，请勿重复邀请；同名的两位请在姓名后注明单位。',
  seat_of_staff:
    '[“{name}”]是本活动的工作人员，可能看到票数，不能兼任评委。如是同名的另一位，请在姓名后注明单位。',
  too_many_seats: '一个评审组最多[ {most} ]个席位，请减少人数。',
  seat_closed:
    '这个席位已不再评分：席位已撤下或记为缺席，或综合得分已经算出。填写的内容仍在这里，如有疑问请联系主办单位。',
  recused: '[ {number} 号]须由您回避，不能评分。',
  recusal_missing: '还有[ {n} 位]与您同单位的候选没有确认回避，请先确认，再锁定评分表。',
  sheet_changed: '这份评分表刚刚在另一个页面或手机上改过。请比对后选择保留哪一份，填写的内容都还在。',
  sheet_locked: '评分表已经锁定，不能再改。确需修改，请向主办单位申请重开。',
  lock_closed: '评审已[于 {closes} ]截止，您填写的内容仍然保存着。如需补交，请联系主办单位。',
  paper_differs:
    '与另一位录入的不一致[，第一处是 {number} 号“{criterion}”]。请两位一起核对纸质评分表，改正后重新提交。',
  standing_missing: '现在还不能计算综合得分，请先办完列出的事项。',
  standing_done: '综合得分已经算出，票数和评分表没有变化，不必再算。',
  standing_changed: '算出综合得分以后，选票又有裁定，票数变了。请重新计算综合得分，再办这一步。',
  places_unfilled: '有[ {n} ]个名额填不满。请核对限额与保底，确认空缺后再提交。',
  tie_rule: '规则中并列不是这样裁定的，请按已公布的规则办理。',
  lot_wrong: '密码串与投票开始前公布的摘要不符，请核对是否抄错；两位各交各的。',
  meeting_goes_on: '票决还没有结果：还剩[ {places} ]个名额，请对[ {numbers} 号]再投一轮，一并录入。',
  line_missing: '还有[ {n} ]项没有评分，请补齐后再继续；不便评的请写明回避或弃权。',
  points_out: '[“{criterion}”的]分数超出范围或缺失，请按评分尺度重新填写。',
  too_few_sheets:
    '[ {number} 号]只有[ {sheets} ]份评分表，至少要[ {least} ]份。请增补评委，或请未评的评委补评。',
  not_comparable: '有两组评委没有共同评过任何候选，宽严无法比较。请安排评委交叉补评，或不作宽严调整。',
  tie_open: '[ {numbers} 号]并列，而名额只剩[ {places} ]个。请先按规则票决或抽签裁定。',
  minimum_impossible: '现有候选满足不了[“{category}”的]保底名额，请先核对候选，或调整保底和限额。',
  caps_entangled: '限额与保底交错太多，无法逐一核对。请减少分组，或放宽其中一项。',
  no_quorum: '到会[ {present} ]人，应到[ {appointed} ]人，不足规定人数，这次票决无效。请另行召集。',
  calendar_uncovered: '还没有[ {year} ]年的放假安排，工作日无法推算。请系统管理员先补充日历。',
  choice_missing: '拟入选名单还没有确定，请先在“得分与拟入选”确定。',
  contact_missing: '公示要写明受理单位、联系电话和地址，请补齐后再发布。',
  approval_missing: '规则要求先经集体审定，请先录入审定的机构、日期和文号。',
  approval_date: '审定日期不能晚于今天，请核对。',
  notice_running: '公示还没有结束[（到 {until}）]，请届时再办理。',
  notice_over: '这次公示已经结束或已停止，不能再延长或停止。如需再次公示，请发布新的公示。',
  notice_moved: '公示的日子或人选刚刚变了，还没有发布。请刷新并核对正文后再发布。',
  notice_none: '没有需要公示的人选：拟入选的都已在公示中。',
  objection_open: '[第 {no} 号]异议还没有处理结论，请先办结，或对所涉候选作出“暂缓”的结论。',
  objection_erased: '这件异议的内容已按保管期限删除，不能再办理。',
  officer_missing: '还没有指定异议受理人，请先指定。',
  not_officer: '只有指定的异议受理人可以查看和办理异议。',
  officer_audits: '审计人员负责确认处理结论，不能同时担任受理人，请指定其他人。',
  finding_effect: '“不成立”或“不予受理”的异议不能附带影响结果的处理，请核对结论。',
  finding_numbers: '请选择处理所涉的候选。',
  finding_open: '这件异议已有待确认的结论，请先由审计确认或退回。',
  finding_own: '自己提出的处理结论须由审计人员中的另一人确认。',
  finding_closed: '这项处理结论已经确认、退回或另有更改，请刷新后查看。',
  finding_final: '{number} 号的空缺已经作出递补决定，取消入选的结论不能再改。',
  objection_moment: '收到时间须在公示期内，且不晚于现在，请核对。',
  place_filled: '这个名额没有空出，或已经作出递补决定，请刷新后查看。',
  certificate_nameless: '证书正文里要有〔姓名〕，否则证书上没有名字。请补上再公布。',
  result_lacks: '还不能公布结果：仍有[ {n} 项]没有办完的事，请按页面上的清单逐项办理。',
  closing_early: '活动还没有结束。结果公布或归档之后，才能作封存记录。',
  closing_open: '已经有一份封存记录等待确认，请先办理。',
  closing_changed: '提出之后，票数、裁定或规则有了变化。请刷新查看现在的数字，不同意原来的一份，重新提出。',
  count_confirmed: '现在的票数已经有审计确认，不需要重复确认。',
  not_chosen: '结果中没有这个候选，或其证书已经撤销。',
  result_missing: '结果还没有公布，请公布后再办理。',
  bundle_early: '综合得分还没有算出，核验包要到那时才有。请算出之后再下载。',
  result_out: '结果已经公布，不能再作这项更改。',
  key_changed: '这份材料的签名公钥与这个单位上次使用的不同。请与单位核实后，由主办单位更换登记的公钥。',
  calendar_changed: '这一年的放假安排刚刚[由 {by} ]改过。请重新读取，核对以后再改。',
  holiday_stray: '[{day}]不是这一年的日子，请核对后删去。',
  holiday_twice: '[{day}]出现了两次，请删去一次。',
  holiday_weekday: '[{day}]不是周六、周日，本来就上班，不必写成调休上班。',
  holiday_missing: '没有写[{day}]放假[（{name}）]。这一天依法放假，请核对是否漏了。',
  filing_decided: '这篇稿件已[由{by}在 {at} ]处理过，以先办的为准。请看下一篇。',
  filing_moved: '这篇稿件刚刚由供稿单位改过或撤回，请重新打开后再处理。',
  filing_used: '这篇稿件已经登记录用，不能撤销通过。请先取消录用登记。',
  filing_waits: '这篇稿件还没有通过，请先通过，再登记录用。',
  use_link: '链接要以 http:// 或 https:// 开头，请从浏览器地址栏整条复制。',
  use_unseen: '请填写刊发的链接，或上传一份扫描件、截图。',
  use_day: '录用日期应在事件当天[（{event}）]到今天之间，请核对。',
  use_known: '[“{name}”{day}的]录用已经登记过，不必再登记。',
  outlet_day: '[“{name}”]在[{day}]那天没有分类，请到“载体”核对起止日期，或另选载体。',
  outlet_span: '日期不对：结束不能早于开始，改类的日子应在这一段之内。请核对。',
  outlet_overlap: '[“{name}”]已有一段[（{since} 至 {until}）]与此重叠，请先结束那一段，或改日期。',
  outlet_class: '[“{name}”]在那天已经是这一类，不必再改。',
  outlet_used: '[“{name}”]在[{day}]已有录用登记，不能删去或移出这一天。可以写上结束日期，从那以后不再使用。',
  list_full: '最多[ {most} ]条，已经满了。请先清理不用的。',
  forfeit_known: '[{name}][ {year} 年度]已有一项取消附加分的提议待办或已经生效，不能重复提出。',
  personal_words:
    '会公开的文字里不能有个人信息[：“{seen}”像是{kind}]。公开后不能收回，请删去或换一种说法再提交。',
  own_proposal: '自己提出的，须由另一个人确认。',
  reset_since: '您的账号在这项提议之后重新设置过，不能由您决定。请另一名审计办理，或由提出人撤回后重新提出。',
  proposal_closed: '这件事已经办结，请刷新后查看结果。',
  proposal_lapsed: '这项提议[在 {at} ]逾期，没有人办理，已经失效。仍有需要的，请按现在的选票重新提出。',
  proposal_unopened: '请先打开这项提议的页面，核对选票、依据和名次，再在页面上确认。',
  proposal_changed: '您打开页面之后，这项提议有了变化（另有裁定、留言或附件）。请刷新，看过之后再确认。',
  proposal_full: '一项提议最多 100 条留言、5 个附件，已经满了。其余材料请留档备查，或撤回后重新提出。',
  nothing_to_rule: '所选范围里没有可以这样裁定的选票，请换一个范围。',
  too_many_ballots: '一次最多裁定[ {most} ]张选票，请缩小范围分次提出。',
  report_limit: '这个活动保存的异常情况说明已到上限，请使用已经保存的版本。',
  ledger_too_long:
    '账本太长，不能在保存时逐条核对。请不勾选核对再保存；需要核对时，由运维人员在服务器上运行核验命令。',
  ledger_not_read: '账本正在读入，稍后会自动继续。',
  unknown_cluster: '这一组选票已有变化，请返回列表重新查看。',
  witness_known: '这把见证公钥已经登记过了。一把公钥只能用一个名称。',
  witness_open: '已经有一份见证安排等待确认。请先确认或不同意，再提出新的。',
  key_malformed: '公钥格式不对，请整行粘贴见证程序打印的内容。',
};

/** Said while a password is typed. */
export const passwordWords: Record<PasswordFault, string> = {
  short: '至少要 12 个字符。',
  long: '最多 128 个字符。',
  own: '除了账号和姓名，还要有别的内容。',
  common: '太容易被猜到：请避免常见词、年份和连续或重复的数字。可以用一句只有您知道的话。',
};

/** Codes that citizens can meet too, in words that suit the console. */
const ownWords: Partial<Record<Fault['code'], string>> = {
  bad_request: '提交的内容有一处不符合要求，请核对后再试。[（{field}）]',
  not_found: '没有找到要看的内容，它可能已被删除，或不在您的权限之内。',
  too_large: '内容或文件太大[，最多 {limit}]。请压缩或分开后再提交。',
  sealed: '票数还没有公布[，将在 {from} 公布]。主办单位与公众同时看到。',
  ticket_expired: '等待的时间较长，请重新输入密码。',
  too_many_requests: '操作太频繁，请稍候再试。',
  busy: '服务器正忙，请稍候再试。填写的内容仍在这里。',
  internal: '系统暂时出了问题，填写的内容仍在这里，请稍后再试。若多次出现，请告知系统管理员。',
  lost: '网络没有连上，不能确定是否已办成。填写的内容仍在这里，请检查网络后重试。',
};

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/;

/** The sentence of a fault: what happened, and the one next step. Never leaves a hole or braces. */
export function faultSentence(fault: Pick<Fault, 'code' | 'details'>): string {
  const words: Partial<Record<string, string>> = { ...allRefusalWords, ...staffRefusalWords, ...ownWords };
  const sentence = words[fault.code] ?? ownWords.internal ?? '';
  const values: RefusalDetails = {
    measure: '位',
    noun: '人选',
    ...fault.details,
    ...phaseNamed(fault.details),
    ...kindNamed(fault),
  };
  return sentence
    .replace(/\[([^\]]*)\]/g, (_, clause: string) => (hasAll(clause, values) ? clause : ''))
    .replace(/\{(\w+)\}/g, (_, key: string) => valueWords(values[key]));
}

/** The same where something was only read: nothing can have been done by halves, and nothing typed is at stake. */
export function readSentence(fault: Pick<Fault, 'code' | 'details'>): string {
  if (fault.code === 'lost') return '网络没有连上，请检查网络后重试。';
  if (fault.code === 'busy') return '服务器正忙，请稍候再试。';
  if (fault.code === 'internal') return '系统暂时出了问题，请稍后再试。若多次出现，请告知系统管理员。';
  return faultSentence(fault);
}

/** A phase goes over the wire by its id. */
function phaseNamed({ phase }: RefusalDetails): RefusalDetails {
  const words: Partial<Record<string, string>> = phaseWords;
  return typeof phase === 'string' && words[phase] ? { phase: words[phase] } : {};
}

/** So does what a text looks like. */
function kindNamed({ code, details }: Pick<Fault, 'code' | 'details'>): RefusalDetails {
  const words: Partial<Record<string, string>> = personalWords;
  return code === 'personal_words' ? { kind: words[String(details['kind'])] ?? '个人信息' } : {};
}

function hasAll(clause: string, values: RefusalDetails): boolean {
  return [...clause.matchAll(/\{(\w+)\}/g)].every(([, key = '']) => valueWords(values[key]) !== '');
}

function valueWords(value: RefusalDetails[string] | undefined): string {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') return String(value);
  if (isDate(value)) return fullDayOf(value);
  return INSTANT.test(value) ? dayTime(value) : value;
}
