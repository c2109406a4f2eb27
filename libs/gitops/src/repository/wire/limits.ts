/** Bytes that one packet has at most, its length among them: gitprotocol-common(5) says so. */
export const PACKET_BYTES = 65_520;

/**
 * Bytes of an answer that are read at most: 64 MiB. A bump asks for a few folders and files, and where the other end gives
 * no part of a commit, for all of it; a list of a million branches is as long. What is larger is for git, which leaves it on disk.
 */
export const ANSWER_BYTES = 64 * 1024 * 1024;

/** Bytes that the objects of one pack may come to: four times the largest pack, which is what text deflates to. */
export const CONTENT_BYTES = 4 * ANSWER_BYTES;

/** More objects than these are for `git index-pack`, which reads them in parallel and leaves them on disk. */
export const PACK_OBJECTS = 20_000;

/** Milliseconds without a byte after which a transfer is stalled, as for git itself over HTTP. */
export const PATIENCE = 30_000;

/**
 * Of a commit that is taken whole in one request, at most so many objects and bytes. Git's own server takes some 25 ms for a
 * request, whatever it asks for, and as long again for each 2,000 small files.
 */
export const [SMALL_OBJECTS, SMALL_BYTES] = [2_000, 1024 * 1024];
