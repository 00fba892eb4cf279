/**
 * Loaded before a measured server (`node --import`): tells the benchmark, when it asks, what the process has used so far,
 * by the operating system's accounting (getrusage). Plain JavaScript, so that servers run as their users start them.
 */
import process from 'node:process';

process.on('message', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  process.send?.({ processor: userCPUTime + systemCPUTime, peakRss: maxRSS * 1024, rss: process.memoryUsage.rss() });
});
process.channel?.unref();
