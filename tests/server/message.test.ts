import { describe, expect, test } from 'vitest';
import { readFields, readMessage, writeReply } from '@zuimei/server/chat/message.ts';
import vectors from '../vectors/wechat.json' with { type: 'json' };
import { parseXml, writeXml } from '../wxfake/xml.ts';

const text = { ToUserName: 'gh_a', FromUserName: 'o-1', CreateTime: 1_409_735_668, MsgType: 'text' };

function read(xml: string) {
  const fields = readFields(xml);
  return fields && readMessage(fields);
}

describe('a message', () => {
  test('of the published sample is read', () => {
    expect(read(vectors.decryptC.plaintext)).toEqual({
      to: 'gh_10f6c3c3ac5a',
      from: 'oyORnuP8q7ou2gfYjqLzSIWZf0rs',
      sentAt: 1_409_735_668_000,
      kind: 'text',
      text: 'abcdteT',
      id: '6054768590064713728',
    });
  });

  test('keeps every character of its text, and more digits of its number than a double has', () => {
    const Content = '投 <3> & ]]> "号"\n&lt;';
    const told = read(writeXml({ ...text, Content, MsgId: '23456789012345678901' }));
    expect(told).toMatchObject({ text: Content, id: '23456789012345678901' });
  });

  test('tells followers from other events, which have their second for a number', () => {
    const event = (Event: string) => read(writeXml({ ...text, MsgType: 'event', Event, EventKey: '' }));
    expect(event('subscribe')).toMatchObject({ kind: 'subscribe', text: '', id: '1409735668' });
    expect(event('unsubscribe')?.kind).toBe('unsubscribe');
    expect(event('CLICK')?.kind).toBe('other');
    expect(read(writeXml({ ...text, MsgType: 'image', PicUrl: 'http://x/y', MsgId: '1' }))?.kind).toBe(
      'other',
    );
  });

  test.each([
    ['with a document type', `<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]>`],
    ['with an entity', `<!ENTITY e "投票 1">`],
  ])('%s is none', (_, head) => {
    expect(read(`${head}${writeXml({ ...text, Content: '&e;', MsgId: '1' })}`)).toBeNull();
  });

  test.each<[string, string]>([
    [
      'whose sender stands there twice',
      writeXml({ ...text, Content: '1', MsgId: '1' }).replace(
        '<MsgType>',
        '<FromUserName>o-2</FromUserName><MsgType>',
      ),
    ],
    ['that ends early', writeXml({ ...text, Content: '1', MsgId: '1' }).slice(0, -10)],
    ['without a number', writeXml({ ...text, Content: '1' })],
    ['whose number is none', writeXml({ ...text, Content: '1', MsgId: '' }).replace('<MsgId>', '<MsgId>1e3')],
    ['without a sender', writeXml({ ...text, FromUserName: '', Content: '1', MsgId: '1' })],
    [
      'from a sender with other characters',
      writeXml({ ...text, FromUserName: "o' or 1", Content: '1', MsgId: '1' }),
    ],
    ['without a moment', writeXml({ ...text, CreateTime: 'now', Content: '1', MsgId: '1' })],
    ['of another root', writeXml({ ...text, Content: '1', MsgId: '1' }).replaceAll('xml>', 'html>')],
    ['as JSON', JSON.stringify(text)],
    ['of nothing', ''],
  ])('%s is none', (_, xml) => {
    expect(read(xml)).toBeNull();
  });

  test('is not read from deeper elements', () => {
    const nested = writeXml({ ...text, MsgId: '1' }).replace(
      '</xml>',
      '<Extra><Content>1</Content></Extra></xml>',
    );
    expect(read(nested)).toMatchObject({ text: '' });
  });
});

test('a reply goes back where the message came from, whatever stands in it', () => {
  const words = '投票成功：3 号 ]]> <张三>\n<a href="http://x/c/y">查看</a>';
  const told = parseXml(writeReply({ to: 'gh_a', from: 'o-1' }, words, 1_409_735_668_999));
  expect(told).toEqual({
    ToUserName: 'o-1',
    FromUserName: 'gh_a',
    CreateTime: '1409735668',
    MsgType: 'text',
    Content: words,
  });
});
