export { createRedisSharing } from './redis-sharing.ts';
export type { RedisSettings } from './settings.ts';
