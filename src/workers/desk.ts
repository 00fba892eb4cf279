import { z } from 'zod';
import { ERROR_CODES } from '../domain/errors.ts';
import { MESSAGE_KINDS } from '../sharing/message.ts';
import type { Broker, WorkerEnd } from './broker.ts';
import type { Handlers, Peer } from './peer.ts';

const text = z.string();
const token = text.nullable();
const milliseconds = z.number().min(0);
const window = z.object({ starts: z.number().min(1), milliseconds });

const hold = z.tuple([text, text, token]);
const pair = z.tuple([text, text]);
const publish = z.tuple([text, token, text, z.enum(MESSAGE_KINDS), text]);
const ask = z.tuple([text, z.number().min(1), window.nullable()]);
const pause = z.tuple([text, z.object({ milliseconds, code: z.enum(ERROR_CODES) })]);
const refuse = z.tuple([text, milliseconds]);

/** Answers what one worker asks the broker. Returns a function for when the worker is gone. */
export function serveWorker(broker: Broker, worker: number, peer: Peer): () => void {
  peer.handle(deskOf(broker, worker, peer));
  return () => {
    peer.close();
    broker.leave(worker);
  };
}

function deskOf(broker: Broker, worker: number, peer: Peer): Handlers {
  return {
    join: () => {
      broker.join(worker, endOf(peer));
    },
    hold: (body) => broker.hold(worker, ...hold.parse(body)),
    release: (body) => {
      broker.release(...pair.parse(body));
    },
    publish: (body) => broker.publish(worker, ...publish.parse(body)),
    endOf: (body) => broker.endOf(text.parse(body)),
    follow: (body) => {
      broker.follow(worker, ...pair.parse(body));
    },
    unfollow: (body) => {
      broker.unfollow(worker, text.parse(body));
    },
    ask: (body) => broker.ask(...ask.parse(body)),
    pause: (body) => {
      broker.pause(...pause.parse(body));
    },
    refuse: (body) => {
      broker.refuse(...refuse.parse(body));
    },
    accept: (body) => {
      broker.accept(text.parse(body));
    },
  };
}

/** How the broker reaches that worker. */
function endOf(peer: Peer): WorkerEnd {
  return {
    deliver: (stream, message, sent) => {
      peer.tell('message', [stream, message], sent);
    },
    known: (name, left) => {
      peer.tell('known', [name, left]);
    },
  };
}
