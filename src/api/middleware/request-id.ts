import type { ServerResponse } from 'node:http';
import type { RequestHandler } from 'express';
import { newId } from '../../shared/domain/ids.ts';

const HEADER = 'X-Request-Id';
const sane = /^[A-Za-z0-9._-]{1,128}$/;

/** Gives the request an id, the client's own when that is one safe to log, and answers it as `X-Request-Id`. */
export const requestId: RequestHandler = (req, res, next) => {
  const given = req.headers['x-request-id'];
  res.setHeader(HEADER, typeof given === 'string' && sane.test(given) ? given : newId());
  next();
};

/** The id that `requestId` gave. */
export const requestIdOf = (res: ServerResponse): string => String(res.getHeader(HEADER));
