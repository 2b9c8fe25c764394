import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** What the journeys in other engines run, beside what all tests run, and the packages of Debian that bring it. */
const programs = {
  WebKitWebDriver: 'webkit2gtk-driver',
  Xvfb: 'xvfb',
  'firefox-esr': 'firefox-esr',
};

function isThere(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

if (import.meta.main) {
  const missing = Object.entries(programs).filter(([program]) => !isThere(program));
  console.log(JSON.stringify(missing.map(([program, debian]) => ({ program, debian, brew: '' }))));
}
