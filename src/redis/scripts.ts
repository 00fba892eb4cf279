/**
 * Scripts for steps that must be atomic in Redis. KEYS: lease, state, stream; each script uses those that it needs. A
 * token is `term:owner`. Terms count up, so a lost token never becomes valid again.
 */

/**
 * ARGV: owner; own token or ''; lease in ms; lifetime in ms. Returns the token that is now held, or '' if another owner
 * holds the lease.
 */
export const HOLD = `
local held = redis.call('GET', KEYS[1])
if held and held ~= ARGV[2] and string.match(held, '^%d+:(.*)$') ~= ARGV[1] then return '' end
local token = ARGV[2]
if token == '' or held ~= token then
  token = redis.call('HINCRBY', KEYS[2], 'term', 1) .. ':' .. ARGV[1]
end
redis.call('SET', KEYS[1], token, 'PX', ARGV[3])
redis.call('PEXPIRE', KEYS[2], ARGV[4])
redis.call('PEXPIRE', KEYS[3], ARGV[4])
return token
`;

/**
 * ARGV: token ('': no lease needed), sender, kind, body, lifetime in ms, messages to keep. Returns 0 and writes nothing
 * if the token does not hold the lease.
 */
export const PUBLISH = `
if ARGV[1] ~= '' and redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
local number = redis.call('HINCRBY', KEYS[2], 'number', 1)
redis.call('XADD', KEYS[3], 'MAXLEN', '~', ARGV[6], '*', 'n', number, 'o', ARGV[2], 'k', ARGV[3], 'b', ARGV[4])
redis.call('PEXPIRE', KEYS[2], ARGV[5])
redis.call('PEXPIRE', KEYS[3], ARGV[5])
return 1
`;

/** ARGV: token. Releases the lease if the token still holds it; returns 1 in that case. */
export const RELEASE = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
`;
