const browsers: [RegExp, string][] = [
  [/MicroMessenger\/(\d+)/, '微信'],
  [/EdgA?\/(\d+)/, 'Edge'],
  [/(?:QQBrowser|MQQBrowser)\/(\d+)/, 'QQ 浏览器'],
  [/(?:360SE|QIHU 360EE)()/, '360 浏览器'],
  [/Firefox\/(\d+)/, 'Firefox'],
  [/HuaweiBrowser\/(\d+)/, '华为浏览器'],
  [/Chrome\/(\d+)/, 'Chrome'],
  [/Version\/(\d+)[\d.]* (?:Mobile\/\w+ )?Safari/, 'Safari'],
];
const systems: [RegExp, string][] = [
  [/OpenHarmony|HarmonyOS/, '鸿蒙'],
  [/iPhone/, 'iPhone'],
  [/iPad/, 'iPad'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'macOS'],
  [/Linux/, 'Linux'],
];

/** A User-Agent as a person would name it: "Chrome 138 · Windows". What is not known is not guessed. */
export function browserWords(agent: string): string {
  const browser = browsers.find(([pattern]) => pattern.test(agent));
  const version = browser?.[0].exec(agent)?.[1];
  const system = systems.find(([pattern]) => pattern.test(agent))?.[1];
  const named = browser ? `${browser[1]}${version ? ` ${version}` : ''}` : '';
  return [named, system].filter(Boolean).join(' · ') || '未知浏览器';
}
