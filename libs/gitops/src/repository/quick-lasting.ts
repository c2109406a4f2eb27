import type { Quick } from './quick-branch.ts';
import { FetchedObjects } from './wire/fetched-objects.ts';
import type { Reach, Service } from './wire/service.ts';
import { StatefulSender } from './wire/stateful-sender.ts';

/**
 * Where a connection is one conversation, which goes on until it is ended.
 *
 * @param ahead whether to begin the one for the push at once, since it takes long to begin; a daemon takes only so many
 *   connections, so that there is one at a time
 */
export function lastingWay(dial: Reach, ahead = false): Quick {
  const sender = new StatefulSender(dial);
  let receive: Service | undefined;
  const leave = (): void => {
    sender.close();
    receive?.close();
    receive = undefined;
  };
  return {
    standing: (ref, signal) => {
      leave();
      if (ahead) receive = dial('git-receive-pack', signal);
      return sender.standing(ref, signal);
    },
    objects: () => new FetchedObjects(sender),
    reach: (name, signal) => {
      const begun = receive ?? dial(name, signal);
      receive = undefined;
      sender.close(); // all is read by now
      return begun;
    },
    close: leave,
  };
}
