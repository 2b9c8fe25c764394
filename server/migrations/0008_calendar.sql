-- Working days. A year is known only if its row stands here; whatever year has none is refused, never guessed.

-- source: the notice it was taken from, as it is cited. edited_by: the administrator whose words these are; null = as the program brings it
-- (calendar/years.sql), and a later version of the program may renew it.
create table holiday_year (
  year      int primary key check (year between 2000 and 2099),
  source    text not null check (source <> ''),
  version   int not null default 1,
  edited_by text,
  edited_at timestamptz not null default now()
);

-- Days that are not what their day of the week says: off (a Saturday of a holiday may stand here too), or a Saturday or Sunday that is worked.
-- name: of the holiday that it is off or worked for.
create table holiday (
  day  date primary key,
  year int not null references holiday_year (year),
  kind text not null check (kind in ('off', 'work')),
  name text not null check (name <> ''),
  check (year = extract(year from day)),
  check (kind = 'off' or extract(isodow from day) > 5)
);
