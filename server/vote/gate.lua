local W, K, ENTRY, MOST = 16, 8, 11, 24
local call, sub, find, rep, unpackBytes = redis.call, string.sub, string.find, string.rep, struct.unpack

local layout = ARGV[1]
local shards, columns, rows, slots = unpackBytes('>HHHH', layout)
local sizes = { unpackBytes('>' .. rep('H', shards * (columns + 1)), layout, 9) }
local head = sub(ARGV[3], 1, 4)
local fresh = { unpackBytes(rep('c' .. (6 + columns * ENTRY), rows), ARGV[3]) }
local adds = { unpackBytes('>' .. rep('H', slots), ARGV[6]) }
local out = { 0 }

local alias = {}
for i = 1, #ARGV[4], 4 do
  local row, first = unpackBytes('>HH', ARGV[4], i)
  alias[row] = first
end

local function known(row, first, record, own)
  local hits, seen = 1, sub(record, 7)
  if sub(record, 1, 4) == head then hits = math.min(unpackBytes('>H', record, 5) + 1, 65535) end
  for c = 1, columns do
    local tag = sub(own, 7 + (c - 1) * ENTRY, 6 + c * ENTRY)
    local at = find(seen, tag, 1, true)
    while at and at % ENTRY ~= 1 do at = find(seen, tag, at + 1, true) end
    if at then
      local slot = unpackBytes('>H', ARGV[7], 2 * ((c - 1) * rows + row) - 1)
      adds[slot] = adds[slot] - 1
    else
      seen = seen .. tag
    end
  end
  if #seen > MOST * ENTRY then seen = sub(seen, -MOST * ENTRY) end
  fresh[first] = head .. struct.pack('>H', hits) .. seen
  local n = #out
  out[1] = out[1] + 1
  out[n + 1] = row
  out[n + 2] = hits
end

local row = 0
for s = 1, shards do
  local size = sizes[s]
  if size > 0 then
    local names = { unpackBytes(rep('c16', size), ARGV[2], row * W + 1) }
    local records = call('HMGET', KEYS[s], unpack(names))
    for i = 1, size do
      local r = row + i
      if alias[r] then
        known(r, alias[r], fresh[alias[r]], fresh[r])
      elseif records[i] then
        known(r, r, records[i], fresh[r])
      end
    end
    local flat = {}
    for i = 1, size do
      flat[2 * i - 1] = names[i]
      flat[2 * i] = fresh[alias[row + i] or row + i]
    end
    row = row + size
    call('HSET', KEYS[s], unpack(flat))
    call('PEXPIREAT', KEYS[s], ARGV[8])
  end
end

local slot, text = 0, {}
for c = 1, columns do
  for s = 1, shards do
    local size = sizes[c * shards + s]
    if size > 0 then
      local key = KEYS[c * shards + s]
      local names = { unpackBytes(rep('c8', size), ARGV[5], slot * K + 1) }
      local had = call('HMGET', key, unpack(names))
      local flat, n = {}, 0
      for i = 1, size do
        slot = slot + 1
        local add = adds[slot]
        local count = had[i] or 0
        if add > 0 then
          count = count + add
          local digits = text[count]
          if not digits then
            digits = tostring(count)
            text[count] = digits
          end
          flat[n + 1] = names[i]
          flat[n + 2] = digits
          n = n + 2
        end
        out[#out + 1] = tonumber(count)
      end
      if n > 0 then
        call('HSET', key, unpack(flat))
        call('PEXPIREAT', key, ARGV[8 + c])
      end
    end
  end
end

for i = 9 + columns, #ARGV, 4 do
  local key = KEYS[tonumber(ARGV[i])]
  out[#out + 1] = call('HINCRBY', key, ARGV[i + 1], ARGV[i + 2])
  call('PEXPIREAT', key, ARGV[i + 3])
end

return cmsgpack.pack(out)
