/** Where the name of an office, firm or team plainly ends. */
const strong =
  /(委员会|人民政府|政府|办事处|办公室|应急局|管理局|总局|分局|局|厅|公司|集团|医院|学院|学校|大学|小学|中学|总队|支队|大队|指挥部|服务中心|中心|协会|基金会|银行|研究院|研究所|派出所|卫生院)/gu;
/** Where it may end; a village stands behind its town. */
const weak = /(镇|乡|街道|村|社区|站|所|队|科|处|部|室|馆|办|委|院|校|厂|会|社)/gu;
/** Not the end of a unit: what follows is no post by itself. */
const inPost = /(党支部|党总支|党委|党组|居委|村村|社区社区)$/u;
/** What a post ends in. */
const post =
  /(书记|主席|主任|经理|干部|干事|教授|医生|护士|总监|主管|委员|秘书|顾问|志愿者|司机|负责人|[\p{Script=Han}](长|员|师|士|工|手))$/u;

/**
 * "云岭区应急管理局应急指挥科科长" → unit and post: behind the first plain end of a unit that leaves a post, else behind the last possible one.
 * Null where nothing tells: all of it may be the unit. A guess, which somebody looks at.
 */
export function cutPost(text: string): { unit: string; post: string } | null {
  const whole = text.trim();
  const cuts = (ends: RegExp) =>
    [...whole.matchAll(ends)]
      .map((match) => match.index + match[0].length)
      .map((at) => ({ unit: whole.slice(0, at), post: whole.slice(at) }))
      .filter(
        (cut) =>
          [...cut.unit].length >= 4 &&
          [...cut.post].length >= 2 &&
          post.test(cut.post) &&
          !inPost.test(cut.unit),
      );
  return cuts(strong)[0] ?? cuts(weak).at(-1) ?? null;
}
