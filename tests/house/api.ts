import type { Rule } from './layers.ts';

/** The clients, and what writes a path for them. */
const CALLERS = /^web\/(lib\/(client|objection|place)|console\/lib\/(client|place))\.ts$/;

export const api: Record<string, Rule> = {
  // Of what goes past the map the compiler cannot say that server and page mean the same.
  'a page asks the server by a path of shared/api, which says what comes back': (sources) =>
    sources
      .filter(({ path }) => path.startsWith('web/') && !CALLERS.test(path))
      .flatMap(({ path, text }) => {
        const place = (at: number) => `${path}:${text.slice(0, at).split('\n').length}`;
        const typed = [...text.matchAll(/\bapi\.\w+</g)].map(
          ({ index }) => `${place(index)} says itself what comes back`,
        );
        const made = [...text.matchAll(/(\b(?:api\.\w+|link|read)\(\s*)?['"`]\/api\//g)]
          .filter(([, call]) => call === undefined)
          .map(
            ({ index }) =>
              `${place(index)} writes an address by hand; api, link (web/lib/place.ts) and read (web/lib/client.ts) do`,
          );
        return [...typed, ...made];
      }),
};
