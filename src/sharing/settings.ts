/** A stream that no replica has used for this long is deleted. */
export const STREAM_LIFE_MILLISECONDS = 120_000;

/** Approximate number of messages that a stream keeps. A follower that is further behind reads from the vendor. */
export const STREAM_MESSAGES = 256;

/** Followers start this much before the stream's end, because a vendor may not show recent lines to all readers yet. */
export const STREAM_OVERLAP_MILLISECONDS = 30_000;
