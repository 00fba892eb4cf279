/** Scripts for what replicas store in Redis about a source's limits. Times are in milliseconds, by the clock of Redis. */

/**
 * Asks whether calls may start.
 *
 * KEYS: starts (newest first), pause, refusal. ARGV: number of calls that want to start; starts per window (0:
 * unlimited); the window in milliseconds; how long others leave a credential alone while one call tries it; how far
 * ahead a start may be promised.
 *
 * Returns the number of calls that may start; the milliseconds until they may; how long the source is not to be called,
 * and the code of the reason; how long the credential must not be used (-1: it was not refused; 0: this call tries it).
 * While the source is not to be called, nothing is counted.
 */
export const ASK = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local code = redis.call('GET', KEYS[2])
local paused = code and redis.call('PTTL', KEYS[2]) or 0
local refused = -1
local over = tonumber(redis.call('GET', KEYS[3]) or '')
if over then
  refused = math.max(0, over - now)
  if refused == 0 and paused <= 0 then
    redis.call('SET', KEYS[3], now + ARGV[4], 'PX', 2 * ARGV[4])
  end
end
local wanted, size, width, farthest = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[5])
if size == 0 or paused > 0 or refused > 0 then return {wanted, 0, paused, code or '', refused} end
redis.call('LTRIM', KEYS[1], 0, size - 1)
local count, at = 0, now
while count < wanted do
  local free = now
  if redis.call('LLEN', KEYS[1]) >= size then free = math.max(now, redis.call('LINDEX', KEYS[1], -1) + width) end
  if count == 0 then at = free end
  if free > at or at > now + farthest then break end
  redis.call('LPUSH', KEYS[1], at)
  redis.call('LTRIM', KEYS[1], 0, size - 1)
  count = count + 1
end
if count > 0 then redis.call('PEXPIRE', KEYS[1], width + at - now + 1000) end
if count == 0 then at = at - farthest end
return {count, math.ceil(at - now), paused, '', refused}
`;

/** KEYS: pause. ARGV: code, milliseconds. A pause is never shortened. */
export const PAUSE = `
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[2]) then redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) end
return 1
`;

/**
 * KEYS: refusal. ARGV: how long the credential is left alone. The key stays until a call has tried the credential, or
 * until it expires.
 */
export const REFUSE = `
local time = redis.call('TIME')
redis.call('SET', KEYS[1], time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[1], 'PX', 2 * ARGV[1])
return 1
`;

/** KEYS: refusal. */
export const ACCEPT = `
return redis.call('DEL', KEYS[1])
`;
