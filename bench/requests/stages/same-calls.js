/** A pass-through that makes the calls of Tributary in place of its own. */
import { Buffer } from 'node:buffer';
import { createServer } from 'node:http';
import { sameCalls } from './recorded.js';

const server = createServer((_incoming, outgoing) => {
  sameCalls().then(
    (data) => {
      const body = Buffer.from(JSON.stringify({ data }));
      outgoing.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body);
    },
    (error) => {
      outgoing.writeHead(500).end(String(error));
    },
  );
});
server.listen(0, '127.0.0.1', () => {
  globalThis.console.log(`ready at http://127.0.0.1:${server.address().port}`);
});
