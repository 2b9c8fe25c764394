import { type Criterion, type Outcome, type Panel, type PanelId, panelIds } from './outcome.ts';

/*
 * What the rules of an outcome begin with where nobody has said otherwise: presets and the editor take it from here.
 */

/** 评分尺度 of a criterion: four words that every judge reads alike. */
export function plainAnchors(full: number): Criterion['anchors'] {
  const from = (tenths: number): number => Math.ceil((full * tenths) / 10);
  return [
    { from: from(9), words: '突出' },
    { from: from(7), words: '良好' },
    { from: from(5), words: '一般' },
    { from: 0, words: '不足' },
  ];
}

/** Ten points by halves, of this weight. */
export function plainCriterion(id: string, name: string, weight: number): Criterion {
  return { id, name, full: 10, weight, half: true, anchors: plainAnchors(10) };
}

/** What a panel is asked where nobody has said it. */
export function plainCriteria(panel: PanelId): Criterion[] {
  if (panel === 'media')
    return [plainCriterion('story', '新闻宣传价值', 60), plainCriterion('known', '社会影响', 40)];
  if (panel === 'merit')
    return [plainCriterion('effect', '实际工作成效', 60), plainCriterion('spread', '可复制可推广', 40)];
  return [
    plainCriterion('deeds', '先进事迹', 40),
    plainCriterion('results', '工作实绩', 35),
    plainCriterion('example', '示范作用', 25),
  ];
}

/** One highest and one lowest are dropped from five sheets on; three sheets and two thirds of the seats make a part. */
export function plainPanel(criteria: Criterion[]): Panel {
  return { criteria, trim: 1, trimFrom: 5, least: 3, severity: 'ignore', quorum: [2, 3], blind: false };
}

/** What one rank costs, in units, so that the first and the last lie ten points apart as they do with a panel: to a quarter point. */
export function plainStep(candidates: number, decimals: Outcome['decimals']): number {
  const quarter = Math.max(1, Math.floor(10 ** decimals / 4));
  return quarter * Math.max(1, Math.round((10 * 10 ** decimals) / (Math.max(1, candidates - 1) * quarter)));
}

/** A whole outcome from what nobody else can say: for how many of how many, what weighs how much, and whatever is otherwise. */
export function outcomeFrom({
  candidates,
  ...rules
}: Pick<Outcome, 'places' | 'weights'> & Partial<Outcome> & { candidates: number }): Outcome {
  return {
    decimals: 2,
    vote: { scale: 'rank', step: plainStep(candidates, rules.decimals ?? 2), floor: 0, rounds: 'last' },
    panels: {},
    ties: [...panelIds.filter((id) => rules.panels?.[id]).slice(0, 1), 'votes'],
    tieLast: 'meeting',
    unitMost: null,
    categories: {},
    groups: [],
    honours: [],
    notice: {
      days: 5,
      first: 'same',
      closes: '24:00',
      anonymous: 'clue',
      replyDays: 5,
      sorted: 'strokes',
      approval: [],
    },
    sample: 0,
    seeCounts: false,
    namesPublic: false,
    sameUnit: 'must',
    lots: [],
    ...rules,
  };
}

/** The public's vote alone decides, for so many places. */
export function voteAlone(places: number, candidates = 20): Outcome {
  return outcomeFrom({ places, candidates, weights: { vote: 100, expert: 0, media: 0, merit: 0 } });
}
