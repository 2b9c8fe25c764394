-- The contests somebody of staff belongs to, by id; null = all, those to come too. It stands in the person's own row, beside their roles:
-- what decides power is one row. Ids are never given twice, so one that is gone opens nothing.
alter table staff add column contests int[];
