import { fileURLToPath } from 'node:url';

export default {
  // Node loads the package itself: it opens sockets and files, and a bundler has nothing to gain there.
  serverExternalPackages: ['tributary'],
  // Only here: the package is this repository, which lies outside of the folder of the application.
  turbopack: { root: fileURLToPath(new URL('../../..', import.meta.url)) },
};
