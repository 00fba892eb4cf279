export { quickClock } from '../../src/library/testing/quick-clock.ts';
