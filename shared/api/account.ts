import type {
  AccountEvent,
  AccountView,
  ActionFilters,
  ActionPage,
  ContestName,
  InviteLink,
  InviteView,
  RecoveryCodes,
  Role,
  Scope,
  SessionView,
  SignInAnswer,
  StaffOutcome,
  StaffRequest,
  StaffView,
  TotpRenewal,
} from '../staff.ts';
import type { Done, Reasoned } from './done.ts';

/** Signing in, one's own account, and the accounts of others. */
export interface AccountApi {
  'POST /api/console/sign-in': { body: { login: string; password: string }; reply: SignInAnswer };
  'POST /api/console/sign-in/code': { body: { ticket: string; code: string }; reply: SignInAnswer };
  'POST /api/console/sign-out': { reply: Done };
  'GET /api/console/session': { reply: SessionView };
  'POST /api/console/invite/open': {
    body: { token: string; ticket?: string | null; pass?: string | null };
    reply: InviteView;
  };
  'POST /api/console/invite/join': {
    body: { token: string; ticket: string; login?: string | null; password: string; code: string | null };
    reply: RecoveryCodes;
  };

  'GET /api/console/account': { reply: AccountView };
  'POST /api/console/account/password': { body: { current: string; next: string }; reply: Done };
  'GET /api/console/account/news': { reply: AccountEvent[] };
  'POST /api/console/account/news/seen': { body: { upTo: number }; reply: Done };
  /** Refuses with reauth_needed when a proof is due. */
  'GET /api/console/account/reauth': { reply: Done };
  'POST /api/console/account/reauth': {
    body: { by: 'code'; code: string } | { by: 'password'; password: string };
    reply: Done;
  };
  'POST /api/console/account/totp/start': { body: { password: string }; reply: TotpRenewal };
  'POST /api/console/account/totp': { body: { ticket: string; code: string }; reply: RecoveryCodes };
  'POST /api/console/account/recovery': { body: { password: string }; reply: RecoveryCodes };
  'POST /api/console/account/sessions/end-others': { reply: Done };
  /** `signedOut`: it was the one that asks. */
  'DELETE /api/console/account/sessions/:id': { reply: { signedOut: boolean } };

  'GET /api/console/staff': { reply: StaffView[] };
  'POST /api/console/staff': {
    body: { name: string; login: string; roles: Role[]; contests?: Scope; reason?: string };
    reply: StaffOutcome;
  };
  'GET /api/console/staff/contests': { reply: ContestName[] };
  'PATCH /api/console/staff/:id/contests': { body: Reasoned & { contests: Scope }; reply: Done };
  'PATCH /api/console/staff/:id/roles': { body: Reasoned & { roles: Role[] }; reply: StaffOutcome };
  'POST /api/console/staff/:id/disable': { body: Reasoned; reply: Done };
  'POST /api/console/staff/:id/enable': { body: Reasoned; reply: StaffOutcome };
  'POST /api/console/staff/:id/link': { body: Reasoned; reply: StaffOutcome };
  'POST /api/console/staff/:id/sessions/end': { body: Reasoned; reply: Done };
  'GET /api/console/staff/requests': { reply: StaffRequest[] };
  'POST /api/console/staff/requests/:id/grant': { reply: { link: InviteLink | null } };
  'POST /api/console/staff/requests/:id/refuse': { body: Reasoned; reply: Done };
  'POST /api/console/staff/requests/:id/withdraw': { reply: Done };

  'GET /api/console/actions': {
    query: {
      before?: number;
      contest?: string;
      actor?: string;
      act?: string;
      q?: string;
      from?: string;
      to?: string;
      limit?: number;
    };
    reply: ActionPage;
  };
  'GET /api/console/actions/filters': { reply: ActionFilters };
}
