/** The other end of the bench of events: a thousand connections to each of two addresses. Says when all of one have heard. */
import { connect } from 'node:net';

const [port, count, ...paths] = process.argv.slice(2);
const streams = Number(count);

for (const path of paths) {
  let missing = streams;
  const heard = (): void => {
    if (--missing > 0) return;
    missing = streams;
    process.send?.(path);
  };
  for (let i = 0; i < streams; i++) {
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`));
    let tail = '';
    socket.on('data', (part) => {
      // The end of a frame is the end of a chunk.
      tail = (tail + part.toString('latin1')).slice(-8);
      if (tail.endsWith('\n\n\r\n')) heard();
    });
    socket.on('close', () => process.exit());
  }
}
