import type { Channel } from '../../src/workers/peer.ts';

export interface ChannelPair {
  readonly primary: Channel;
  readonly worker: Channel;
  /** Loses the next messages from the primary process that `isLost` names. */
  readonly lose: (isLost: (message: unknown) => boolean) => void;
}

/** Both ends of a channel, in this process: messages are copied, and arrive in order in a later turn. */
export function channelPair(): ChannelPair {
  let isLost: (message: unknown) => boolean = () => false;
  const listeners: { primary: (message: unknown) => void; worker: (message: unknown) => void } = {
    primary: () => undefined,
    worker: () => undefined,
  };
  const end = (own: 'primary' | 'worker', other: 'primary' | 'worker'): Channel => ({
    send: (message, sent) => {
      const copy: unknown = structuredClone(message);
      const loses = own === 'primary' && isLost(copy);
      setImmediate(() => {
        sent();
        if (!loses) listeners[other](copy);
      });
    },
    listen: (listener) => {
      listeners[own] = listener;
    },
  });
  return {
    primary: end('primary', 'worker'),
    worker: end('worker', 'primary'),
    lose: (given) => {
      isLost = given;
    },
  };
}
