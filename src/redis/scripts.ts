/**
 * What has to happen at once in Redis. KEYS: lease, state, stream, of which each script uses what it needs.
 * A token is `term:owner`; terms count up, so a token that was lost never comes back.
 */

/** ARGV: owner, own token or '', lease in ms, life in ms. Gives the token that is held from now on, or '' when another holds it. */
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
 * ARGV: token (or '': anybody may say it), sender, kind, body, life in ms, messages to keep. Gives 0 when
 * the token is not the one that holds the lease: nothing is written then.
 */
export const TELL = `
if ARGV[1] ~= '' and redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
local number = redis.call('HINCRBY', KEYS[2], 'number', 1)
redis.call('XADD', KEYS[3], 'MAXLEN', '~', ARGV[6], '*', 'n', number, 'o', ARGV[2], 'k', ARGV[3], 'b', ARGV[4])
redis.call('PEXPIRE', KEYS[2], ARGV[5])
redis.call('PEXPIRE', KEYS[3], ARGV[5])
return 1
`;

/** ARGV: token. Lets the lease go if it is still held by it; gives 1 if so. */
export const RELEASE = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
`;
