-- 信息宣传稿件 (RESULT.md §8): units file what they report, editors accept it and note which outlets used it, and points are counted from that.
-- It belongs to no contest. Days are calendar days in Shanghai.

-- 供稿单位: a town or zone (area, 板块), an office or brigade (office, 科室、大队). line: the row of the 统计表 it is counted in; several may share
-- one. place: its order in the 统计表. link_version: its link is derived from it, as a reporting unit's is (unit). since: from then on it is asked
-- for what the targets say.
create table contributor (
  id           int generated always as identity primary key,
  kind         text not null check (kind in ('area', 'office')),
  name         text not null unique check (length(name) between 1 and 80),
  line         text not null check (length(line) between 1 and 160),
  place        int not null,
  link_version int not null default 1,
  since        date not null default (now() at time zone 'Asia/Shanghai')::date,
  opened_at    timestamptz,
  ended_at     timestamptz
);

-- Its link's browsers sit beside those of staff and of reporting units.
alter table session add column contributor int references contributor (id) on delete cascade;
alter table session drop constraint session_check;
alter table session add constraint session_check check (num_nonnulls(staff, unit, contributor) = 1);

-- 宣传员, from a day until another took over. phone: sealed (vault.ts), null = none.
create table filer (
  id          int generated always as identity primary key,
  contributor int not null references contributor (id),
  name        text not null check (length(name) between 1 and 40),
  post        text not null default '',
  phone       bytea,
  remark      text not null default '',
  since       date not null,
  until       date,
  successor   int references filer (id)
);
create index filer_of on filer (contributor, id);

-- 年度: what is earned and what is asked for (shared/publicity/season.ts), and who signs its 通报, '' = nobody is named.
create table season (
  year    int primary key check (year between 2000 and 2999),
  rule    jsonb not null,
  targets jsonb not null,
  office  text not null default '',
  version int not null default 1
);

-- 载体 by class, 1 the highest, from a day until another; one that changed its class has two rows. until: the last day, null = on.
create table outlet (
  id    int generated always as identity primary key,
  name  text not null check (length(name) between 1 and 80),
  class smallint not null check (class between 1 and 5),
  since date not null,
  until date,
  check (until is null or until >= since)
);
create index outlet_name on outlet (name, since);

-- 附件2 主要载体分类 of 关于加强应急管理宣传员队伍管理的办法; what it calls by the name of its own province, city or district is called by what it is.
insert into outlet (class, name, since)
select class, unnest(names), '2000-01-01' from (values
  (1, array['人民日报', '新华社', '中央电视台', '经济日报', '工人日报', '光明日报', '中国青年报', '科技日报', '国家级广播电视', '应急管理部网站',
    '应急管理部微信', '省应急管理厅简报']),
  (2, array['中国应急管理报', '中国安全生产网', '新华网', '中国日报网', '光明网', '中新网', '省级日报', '省级行业媒体', '省级广播电视', '学习强国',
    '省应急管理厅网站', '省应急管理厅微信']),
  (3, array['省级媒体网站', '市级日报', '市级晚报', '市级广播电视', '市级新闻网站', '市应急管理局简报', '市应急管理局微信', '区级日报', '区融媒体微信']),
  (4, array['市应急管理局网站', '区应急管理局微信']),
  (5, array['区政府网站'])) as listed (class, names);

-- 约稿. contributors: of whom it is asked, null = of all.
create table commission (
  id           int generated always as identity primary key,
  title        text not null check (length(title) between 1 and 120),
  brief        text not null default '',
  due          date not null,
  contributors int[],
  asked_by     int not null references staff (id),
  asked_at     timestamptz not null default now(),
  closed_at    timestamptz
);

-- One 稿件. event: the day of what it tells of; filed_on: the day it was first sent, by which it is late or not. head, leader: the 部门负责人 and the
-- 分管领导 who approved it. words: its text, or '' where a file holds it; characters: counted by the server. late: as it was judged when sent.
create table filing (
  id           bigint generated always as identity primary key,
  contributor  int not null references contributor (id),
  filer        int references filer (id),
  kind         text not null check (kind in ('news', 'opinion', 'article', 'commissioned')),
  commission   int references commission (id),
  title        text not null default '',
  event        date,
  words        text not null default '',
  characters   int not null default 0,
  head         text not null default '',
  leader       text not null default '',
  state        text not null default 'draft' check (state in ('draft', 'filed', 'returned', 'accepted')),
  version      int not null default 1,
  made_at      timestamptz not null default now(),
  saved_at     timestamptz not null default now(),
  filed_at     timestamptz,
  filed_on     date,
  decided_at   timestamptz,
  decided_by   int references staff (id),
  reason       text not null default '',
  check ((state = 'draft') or (filed_on is not null and event is not null))
);
create index filing_of on filing (contributor, state, event);
create index filing_inbox on filing (state, coalesce(filed_at, made_at), id);
create index filing_sent on filing (filed_on) where state in ('filed', 'accepted');
create index filing_event on filing (event) where state = 'accepted';
create index filing_commission on filing (commission) where commission is not null;

-- Its pictures and papers. characters: of a Word file, blanks not counted; null = they cannot be counted.
create table filing_file (
  id     uuid primary key,
  filing bigint not null references filing (id) on delete cascade,
  name   text not null,
  type   text not null,
  size   int not null,
  bytes  bytea not null,
  characters int,
  at     timestamptz not null default now()
);
create index filing_file_of on filing_file (filing);

-- 录用: an outlet used it on a day. link: where it is to be read, or ''; the scan, if there is one, is a file of the filing.
create table filing_use (
  id       int generated always as identity primary key,
  filing   bigint not null references filing (id) on delete cascade,
  outlet   int not null references outlet (id),
  day      date not null,
  link     text not null default '',
  file     uuid references filing_file (id),
  noted_by int not null references staff (id),
  noted_at timestamptz not null default now(),
  unique (filing, outlet, day)
);
create index filing_use_outlet on filing_use (outlet, day);

-- 取消附加分: proposed by one, decided by another.
create table forfeit (
  id          int generated always as identity primary key,
  year        int not null,
  contributor int not null references contributor (id),
  reason      text not null,
  proposed_by int not null references staff (id),
  proposed_at timestamptz not null default now(),
  state       text not null default 'open' check (state in ('open', 'done', 'declined')),
  decided_by  int references staff (id),
  decided_at  timestamptz,
  decided_why text not null default '',
  check (state = 'open' or decided_by is not null),
  check (state <> 'done' or decided_by <> proposed_by)
);
create unique index forfeit_once on forfeit (year, contributor) where state in ('open', 'done');
