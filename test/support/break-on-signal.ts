/** Loaded into a service by a test: a signal makes it lose a promise and throw an error that nothing catches. */
process.on('SIGUSR2', () => {
  void Promise.reject(new Error('GET https://vendor.example.com/logs?token=t0p with Bearer s3cr3t'));
  setImmediate(() => {
    throw Object.assign(new TypeError('nobody catches this'), { body: 'b0dy' });
  });
});
