import { Hono } from 'hono';

const ROBOTS = 'User-agent: *\nDisallow: /api/\nDisallow: /console\nDisallow: /wechat/\n';

/**
 * GET /robots.txt             public: our own, or the one the operator gave
 * GET /MP_verify_<text>.txt   public: by which WeChat's console checks who owns the domain; what is asked for stands in the name
 */
export function fileRoute(parts: { wechatFiles: readonly string[]; robots: string | null }) {
  const { wechatFiles, robots } = parts;
  return new Hono()
    .get('/robots.txt', (c) => c.text(robots ?? ROBOTS, 200, { 'Cache-Control': 'public, max-age=3600' }))
    .get('/:file{MP_verify_[A-Za-z0-9]+\\.txt}', (c, next) => {
      const { file } = c.req.param();
      return wechatFiles.includes(file) ? c.text(file.slice('MP_verify_'.length, -'.txt'.length)) : next();
    });
}
