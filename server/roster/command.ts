import { parseArgs } from 'node:util';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { accountRoles, loginPattern, type Role, rolesConflict, type Scope } from '@zuimei/shared/staff.ts';
import type { Db } from '../db.ts';
import { misuse } from '../misuse.ts';
import type { Secrets } from '../secret.ts';
import { addStaff, endSessions, makeLink, nameInLog, voidLinks } from '../staff/account.ts';
import type { Actor } from '../staff/action.ts';
import { createAttempts } from '../staff/attempt.ts';
import { recordOnAccount } from '../staff/event.ts';
import { changeScope } from '../staff/scope.ts';
import { createSeals, sealedColumns } from '../staff/seal.ts';
import { readStaff } from './roster.ts';

export interface StaffPlace {
  db: Db;
  secrets: Secrets;
  /** Where the console is reached, or null when only the server's own address is known. */
  publicUrl: string | null;
  print(line: string): void;
}

const COMMAND_LINE: Actor = { name: '命令行', staff: null, unit: null };

/**
 * `staff add | list | reset`: for who has the machine, e.g. when the last administrator lost their phone. Throws an Error whose code is
 * 'usage' for wrong usage, and one with a sentence for what cannot be done.
 */
export async function staffCommand(place: StaffPlace, args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      name: { type: 'string' },
      login: { type: 'string' },
      role: { type: 'string' },
      contests: { type: 'string' },
    },
  });
  const [verb, ...rest] = positionals;
  if (rest.length > 0) throw misuse(`多余的参数：${rest.join(' ')}`);
  if (verb === 'list') await list(place);
  else if (verb === 'add') await add(place, values);
  else if (verb === 'reset') await reset(place, values.login);
  else throw misuse('staff 后面须是 add、list 或 reset');
  return 0;
}

async function list(place: StaffPlace): Promise<void> {
  const { db, secrets, print } = place;
  const accounts = { db, seals: createSeals({ secrets }), attempts: createAttempts(place) };
  const staff = await readStaff(accounts, Date.now());
  if (staff.length === 0) print('还没有账号');
  for (const { login, name, roles, contests, state } of staff)
    print(
      [login, name, roles.join(','), contests === 'all' ? 'all' : contests.join(',') || '-', state].join(
        '\t',
      ),
    );
}

async function add(
  place: StaffPlace,
  given: { name?: string; login?: string; role?: string; contests?: string },
): Promise<void> {
  const { name, login, role, contests } = given;
  if (!name || !login || !role) throw misuse('staff add 需要 --name、--login 与 --role');
  const roles = role.split(',').map((one) => one.trim());
  const unknown = roles.filter((one) => !isOffice(one));
  if (unknown.length > 0)
    throw misuse(`没有身份 ${unknown.join('、')}；可用：${accountRoles.filter(isOffice).join('、')}`);
  const held = roles.filter(isOffice);
  if (rolesConflict(held)) throw new Error('审计与其他身份须由不同的人担任');
  if (!loginPattern.test(login)) throw misuse('--login 须为 2–32 个小写字母、数字或 . _ -，以字母或数字开头');
  const scope = scopeFrom(contests);
  const seals = createSeals(place);
  const link = await place.db.transaction().execute(async (tx) => {
    const staff = await addStaff(tx, seals, { name, login, roles: held }, Date.now()).catch(
      (error: unknown) => {
        throw error instanceof Refusal ? new Error(sentences[error.code] ?? error.code) : error;
      },
    );
    const made = { act: 'staff.invite' as const, what: held.join('、'), now: Date.now() };
    await recordOnAccount(tx, COMMAND_LINE, { id: staff, name, login }, made);
    if (scope !== 'all') {
      const row = { id: staff, contests: null };
      const given = { scope, name: nameInLog({ name, login }) };
      await changeScope(tx, seals, COMMAND_LINE, row, given).catch((error: unknown) => {
        throw error instanceof Refusal ? new Error(`没有这些活动：${contests}`) : error;
      });
    }
    return await makeLink(tx, seals, staff, Date.now());
  });
  printLink(place, link.path);
}

async function reset(place: StaffPlace, login: string | undefined): Promise<void> {
  if (!login) throw misuse('staff reset 需要 --login');
  const seals = createSeals(place);
  const link = await place.db.transaction().execute(async (tx) => {
    const row = await tx
      .selectFrom('staff')
      .select(sealedColumns)
      .where('login', '=', login)
      .forUpdate()
      .executeTakeFirst();
    if (!row) throw new Error(`没有账号 ${login}`);
    if (!(await seals.restore(tx, row))) {
      place.print(`注意：账号 ${login} 的记录在程序之外被改动过，原密码与动态码已作废。`);
      place.print(
        `现有姓名 ${row.name}，身份 ${row.roles.join('、')}；若不应如此，请先停用该账号，不要交出链接。`,
      );
    }
    await seals.put(tx, { ...(await seals.lock(tx, row.id)), disabled_at: null });
    await createAttempts(place).forgetAll(tx, row.login);
    await voidLinks(tx, row.id);
    await endSessions(tx, row.id);
    await recordOnAccount(tx, COMMAND_LINE, row, {
      act: 'staff.link',
      reason: '在服务器上重设',
      now: Date.now(),
    });
    return await makeLink(tx, seals, row.id, Date.now());
  });
  printLink(place, link.path);
}

/** `all`, or slugs with commas between them; absent = all. */
function scopeFrom(text = 'all'): Scope {
  return text === 'all' ? 'all' : text.split(',').map((slug) => slug.trim());
}

function printLink({ publicUrl, print }: StaffPlace, path: string): void {
  print(`${publicUrl ?? ''}${path}`);
  print('以上链接只能使用一次，7 天内有效，请只交给本人。');
}

function isOffice(role: string): role is Role {
  return role !== 'unit' && accountRoles.some((one) => one === role);
}

const sentences: Partial<Record<string, string>> = {
  login_taken: '这个账号名已有人使用',
  bad_request: '姓名须为 1–40 个字',
};
