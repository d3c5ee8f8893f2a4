/** Sends back what it gets: how long that takes is what a busy machine takes for a process to have its turn. */
import { createServer } from 'node:net';

const server = createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => undefined);
  socket.pipe(socket);
});
process.once('message', () =>
  server.listen(0, '127.0.0.1', () => {
    process.send?.(server.address());
  }),
);
// The test is over, however it ended.
process.once('disconnect', () => process.exit());
