/** The bureau's official account (服务号) and where WeChat's servers are. Holds secrets: never sent, never logged. */
export interface WechatAccount {
  appId: string;
  secret: string;
  /** Signs what WeChat sends to us (消息校验 Token); null = messages and events are not taken. */
  token: string | null;
  /** EncodingAESKey, 32 bytes: messages are taken only encrypted; null = in the clear. */
  aesKey: Buffer | null;
  /** As citizens know the account, e.g. 云岭应急. */
  name: string;
  /** What the account's code says when it is read, e.g. http://weixin.qq.com/r/…; '' = not given. */
  qr: string;
  /** Without a slash at the end. */
  apiBase: string;
  openBase: string;
}

/** From WX_APPID and its companions; null when there is none. Throws an Error that names the variable when a value makes no sense, never the value. */
export function parseAccount(env: NodeJS.ProcessEnv): WechatAccount | null {
  const appId = env['WX_APPID'];
  if (!appId) return null;
  if (!/^wx[0-9a-f]{16}$/.test(appId)) throw new Error('WX_APPID must be wx and 16 hex digits');
  const secret = env['WX_SECRET'] ?? '';
  if (!/^[0-9a-f]{32}$/.test(secret)) throw new Error('WX_SECRET must be 32 hex digits');
  const token = env['WX_TOKEN'] || null;
  if (token && !/^[A-Za-z0-9]{3,32}$/.test(token)) throw new Error('WX_TOKEN must be 3–32 letters or digits');
  const aes = env['WX_AES_KEY'] || null;
  if (aes && !token) throw new Error('WX_AES_KEY needs WX_TOKEN');
  return {
    appId,
    secret,
    token,
    aesKey: aes ? parseAesKey(aes) : null,
    name: env['WX_NAME'] || '本单位公众号',
    qr: env['WX_QR'] ?? '',
    apiBase: parseBase('WX_API_BASE', env['WX_API_BASE'] || 'https://api.weixin.qq.com'),
    openBase: parseBase('WX_OPEN_BASE', env['WX_OPEN_BASE'] || 'https://open.weixin.qq.com'),
  };
}

/** 43 characters of base64, as WeChat's console shows them. */
export function parseAesKey(text: string): Buffer {
  const key = Buffer.from(`${text}=`, 'base64');
  if (!/^[A-Za-z0-9]{43}$/.test(text) || key.length !== 32)
    throw new Error('WX_AES_KEY must be 43 letters or digits');
  return key;
}

function parseBase(name: string, text: string): string {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol)) throw new Error(`${name} must be an address`);
  return text.replace(/\/+$/, '');
}
