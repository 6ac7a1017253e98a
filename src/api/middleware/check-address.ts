import type { RequestHandler } from 'express';
import { AppError } from '../../shared/errors/app-error.ts';

const MAX_URL_LENGTH = 8192;

/** 414 for an address no link of ours has; the parser's own limit (16 KiB with the headers) answers 431. */
export const checkAddress: RequestHandler = (req, _res, next) => {
  next(req.url.length > MAX_URL_LENGTH ? new AppError('uri_too_long') : undefined);
};
