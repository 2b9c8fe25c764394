-- Counts one batch of visits (visits.ts) in one round trip and one atomic step. Packed and read by packet.ts.
--
-- KEYS  all share the contest's hash tag, so they are one slot of a cluster:
--         shards × records   hash: visitor (16 bytes) → record: bucket of the hits window (u32) · hits (u16) · entries
--                            an entry (11 bytes) is a place the visitor was counted at: column (u8) · bucket (u16) · key (8)
--         shards × each place  hash: key (8 bytes) → distinct visitors, in digits
--         one per window of sums   hash: name → total
-- ARGV  1 u16s: shards, columns, rows, slots; then sizes: of each shard of the records, of each shard of each place
--       2 visitors, by shard   3 of each, its record if this is its first visit
--       4 u16 pairs (row, earlier row of the same visitor)
--       5 keys of the places, by column and shard, each once ("slots")   6 u16: rows at each slot
--       7 u16: slots of each row, one a column      8 … how long the keys of the records, then of each place, live (ms)
--       then per sum: its index in KEYS, name, addend, life
-- Gives MessagePack: [n, (row, hits) × n for visitors known before, count of each slot …, total of each sum …].
--
-- Why so: a visitor's record says at once whether a place is new to it, so a first visit costs two new fields (visitor, device)
-- and touches two that others share (address, network), instead of a set and a counter each. What is new to all is prepared by the
-- caller; Lua only looks closer at visitors that it knows. Reads and writes go by the hundred: a call from Lua costs as much as
-- five fields of one call.
-- Exact, except: a visitor's record holds MOST places; of one that visits more in a day the oldest is forgotten, and it counts
-- there once more if it returns.
-- At a million voters a day: about 170 bytes a voter, 170 MB; each of the 4 shards of the records and of the devices has 250 000
-- fields. To free one takes some 80 ms unless `lazyfree-lazy-expire yes` leaves it to another thread; so they end seconds apart.
-- A key that is made gets its end in the same step. Only TTL ends keys: nothing is ever left behind, nothing is scanned.
local KEY, ENTRY, HEADER, MOST, STAGGER = 8, 11, 6, 24, 2000
-- One field longer than hash-max-listpack-value: else Redis searches hashes of up to 512 fields from end to end.
local FILLER = string.rep('-', 65)
local call, sub, find, rep, concat = redis.call, string.sub, string.find, string.rep, table.concat

-- n fixed-size values from `at`. (struct.unpack gives the position after them as one more value.)
local function split(format, n, bytes, at)
  local list = { struct.unpack('>' .. rep(format, n), bytes, at) }
  list[n + 1] = nil
  return list
end

local shards, columns, rows, slots = struct.unpack('>HHHH', ARGV[1])
local sizes = split('H', shards * (columns + 1), ARGV[1], 9)
local visitors, keys, slotOf = ARGV[2], ARGV[5], ARGV[7]
local records = split('c' .. (HEADER + columns * ENTRY), rows, ARGV[3], 1)
local adds = split('H', slots, ARGV[6], 1)
local bucket = sub(ARGV[3], 1, 4)
local earlier = {}
for i = 1, #ARGV[4], 4 do
  local row, first = struct.unpack('>HH', ARGV[4], i)
  earlier[row] = first
end
local out, last = { 0 }, 1

-- Of more entries than MOST, those of windows that are over go, then the oldest; never those of this visit.
local function trim(entries, own)
  local kept, mine = {}, {}
  for column = 1, columns do
    local at = HEADER + 1 + (column - 1) * ENTRY
    mine[sub(own, at, at + ENTRY - 1)] = true
  end
  for at = 1, #entries, ENTRY do
    local entry = sub(entries, at, at + ENTRY - 1)
    local now = HEADER + 1 + string.byte(entry) * ENTRY
    if not mine[entry] and sub(entry, 1, 3) == sub(own, now, now + 2) then kept[#kept + 1] = entry end
  end
  return sub(concat(kept), -(MOST - columns) * ENTRY) .. sub(own, HEADER + 1)
end

-- Where `wanted` (whole entries) begins among `entries`, or nil. A match that straddles entries is none.
local function place(entries, wanted)
  local at = find(entries, wanted, 1, true)
  while at and at % ENTRY ~= 1 do at = find(entries, wanted, at + 1, true) end
  return at
end

-- A visit of `row` by a visitor whose record so far is `record`; `owner` is the row under which it is stored.
local slotsFormat = '>' .. rep('H', columns)
local function revisit(row, owner, record)
  local own, entries, hits = records[row], sub(record, HEADER + 1), 1
  if sub(record, 1, 4) == bucket then hits = math.min(struct.unpack('>H', record, 5) + 1, 65535) end
  local slots = { struct.unpack(slotsFormat, slotOf, 2 * columns * (row - 1) + 1) }
  -- Most come again from where they came together before.
  local all = place(entries, sub(own, HEADER + 1))
  for column = 1, columns do
    local entry = not all and sub(own, HEADER + 1 + (column - 1) * ENTRY, HEADER + column * ENTRY)
    if all or place(entries, entry) then
      adds[slots[column]] = adds[slots[column]] - 1
    else
      entries = entries .. entry
    end
  end
  if #entries > MOST * ENTRY then entries = trim(entries, own) end
  records[owner] = bucket .. struct.pack('>H', hits) .. entries
  out[1] = out[1] + 1
  out[last + 1] = owner
  out[last + 2] = hits
  last = last + 2
end

-- Writes fields and values; a key that was not there gets its filler and its end.
local function store(key, flat, n, fresh, life)
  fresh = fresh and call('PTTL', key) < 0
  if fresh then
    flat[n + 1] = ''
    flat[n + 2] = FILLER
  end
  call('HSET', key, unpack(flat))
  if fresh then call('PEXPIRE', key, life) end
end

local row = 0
for shard = 1, shards do
  local size = sizes[shard]
  if size > 0 then
    local names = split('c16', size, visitors, row * 16 + 1)
    local known = call('HMGET', KEYS[shard], unpack(names))
    local fresh = true
    for i = 1, size do
      local first = earlier[row + i]
      if known[i] then fresh = false end
      if first then
        revisit(row + i, first, records[first])
      elseif known[i] then
        revisit(row + i, row + i, known[i])
      end
    end
    local flat = {}
    for i = 1, size do
      flat[2 * i - 1] = names[i]
      flat[2 * i] = records[earlier[row + i] or row + i]
    end
    store(KEYS[shard], flat, 2 * size, fresh, ARGV[8] + shard * STAGGER)
    row = row + size
  end
end

local slot, digits = 0, {}
for column = 1, columns do
  for shard = 1, shards do
    local size = sizes[column * shards + shard]
    if size > 0 then
      local key = KEYS[column * shards + shard]
      local names = split('c8', size, keys, slot * KEY + 1)
      local counts = call('HMGET', key, unpack(names))
      local flat, n, fresh = {}, 0, true
      for i = 1, size do
        slot = slot + 1
        local count = counts[i] or 0
        if counts[i] then fresh = false end
        if adds[slot] > 0 then
          count = count + adds[slot]
          local text = digits[count]
          if not text then
            text = tostring(count)
            digits[count] = text
          end
          flat[n + 1] = names[i]
          flat[n + 2] = text
          n = n + 2
        end
        out[last + slot] = tonumber(count)
      end
      if n > 0 then store(key, flat, n, fresh, ARGV[8 + column] + shard * STAGGER) end
    end
  end
end
last = last + slot

for i = 9 + columns, #ARGV, 4 do
  local key = KEYS[tonumber(ARGV[i])]
  local total = call('HINCRBY', key, ARGV[i + 1], ARGV[i + 2])
  last = last + 1
  out[last] = total
  if total == tonumber(ARGV[i + 2]) and call('PTTL', key) < 0 then call('PEXPIRE', key, ARGV[i + 3]) end
end

return cmsgpack.pack(out)
