import { pushImage } from '../../src/push/push-image.ts';

// Run as its own process: pushes and kills itself, without any chance to clean up, at the nth event.
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
