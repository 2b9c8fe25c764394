import type { Rule } from './layers.ts';

/**
 * The folders of server/ and the files beside them, from the ground up: each may import what stands before it and nothing that stands
 * behind it, types included. Who adds a folder says here what it stands on.
 */
export const serverOrder: readonly string[] = [
  // The ground: knows no contest and no HTTP.
  ...[
    'text.ts',
    'journal.ts',
    'metrics.ts',
    'patience.ts',
    'turn.ts',
    'fresh.ts',
    'thread.ts',
    'folder.ts',
    'hosts.ts',
    'primary.ts',
    'judgedtables.ts',
    'ruledtables.ts',
    'publicitytables.ts',
    'tables.ts',
    'db.ts',
    'redis.ts',
  ],
  ...['secret.ts', 'mac.ts', 'vault.ts', 'address', 'document', 'http', 'misuse.ts'],
  // Who acts, and on what.
  ...['staff', 'roster', 'calendar', 'contest', 'media', 'upload'],
  // The vote, what is written of it, and what is read from that.
  ...['gate', 'vote', 'log', 'tally'],
  // Before the vote.
  ...['unit', 'nomination', 'review', 'intake', 'portal', 'edit'],
  // What organizers and auditors do.
  ...[
    'shortlist',
    'steer',
    'live',
    'analyst',
    'ruling',
    'judging',
    'course',
    'archive',
    'objection',
    'closing',
  ],
  ...['audit', 'report', 'bundle', 'out', 'publicity', 'newsroom', 'points'],
  // How people come to it; the plan shows its page before anybody may see it.
  ...['wechat', 'chat', 'webhook', 'page', 'plan', 'upkeep', 'health.ts'],
  // What wires and starts it all.
  ...[
    'parts.ts',
    'app.ts',
    'served.ts',
    'direct.ts',
    'demo',
    'witness',
    'schema.ts',
    'rotation.ts',
    'config.ts',
  ],
  ...['fault.ts', 'usage.ts', 'office.ts', 'command.ts', 'control.ts', 'commandline.ts', 'cli.ts', 'main.ts'],
];

const nameOf = (path: string): string => path.split('/')[1] ?? '';

export const order: Record<string, Rule> = {
  'server folders import downward': (sources) =>
    sources
      .filter(({ path }) => path.startsWith('server/'))
      .flatMap(({ path, imports }) => {
        const at = serverOrder.indexOf(nameOf(path));
        if (at < 0) return [`${path} stands in no place of the order (tests/house/order.ts)`];
        return imports
          .filter(({ file }) => file?.startsWith('server/') && nameOf(file) !== nameOf(path))
          .filter(({ file }) => serverOrder.indexOf(nameOf(file ?? '')) > at)
          .map(({ line, from }) => `${path}:${line} stands below what it imports (${from})`);
      }),

  'a route stands in the route.ts of its folder': (sources) =>
    sources
      .filter(({ path }) => /^server\/.*[a-z]route\.ts$/.test(path))
      .map(({ path }) => `${path} is a feature without a folder`),
};
