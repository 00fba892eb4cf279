export { createRedisSharing } from './redis-sharing.ts';
export type { RedisSharing } from './redis-sharing.ts';
export type { RedisSettings } from './settings.ts';
