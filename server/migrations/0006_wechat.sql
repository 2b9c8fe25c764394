-- Voters whom WeChat vouches for. Nothing here names anybody: `key` is a keyed digest of an openid or a unionid, `subject` of whichever of
-- them was met first. Two accounts of one bureau, pages and messages thus know the same person as the same voter.
create table wechat_person (
  key        bytea primary key check (length(key) = 16),
  subject    bytea not null check (length(subject) = 16),
  -- Of an openid: does this person follow the account, and since when we know; null = not known.
  follows    boolean,
  follows_at timestamptz
);
create index wechat_person_follows on wechat_person (subject) where follows is not null;
