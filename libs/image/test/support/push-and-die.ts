import { pushImage } from '../../src/push/push-image.ts';

// Run as a child process: pushes and kills itself at the nth event, without cleaning up.
const [, , layout = '', blobs = '', to = '', nth = ''] = process.argv;
let events = 0;
await pushImage({
  layout,
  blobs,
  to,
  tags: ['v1'],
  onProgress: () => {
    events += 1;
    if (events === Number(nth)) process.kill(process.pid, 'SIGKILL');
  },
});
