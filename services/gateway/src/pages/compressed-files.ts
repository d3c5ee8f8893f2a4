/** Scripts and styles that a build has compressed beside the originals, as well as it can be done. */
import { existsSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { RequestHandler } from 'express';

/** The ending of a compressed file, by its content coding; of two that a client likes equally the first is sent. */
const endings = { br: 'br', gzip: 'gz' } as const;
const codings = ['br', 'gzip'] as const;

/** Leads to the compressed version of a file in `folder`, for whoever takes it; what sends the files comes after this. */
export function preferCompressed(folder: string): RequestHandler {
  return (req, res, next) => {
    const name = /^\/((?:chunks\/)?[\w@~-][\w.@~-]*\.(?:js|css))$/.exec(req.path)?.[1];
    if (name !== undefined) {
      res.vary('Accept-Encoding');
      const built = codings.filter((coding) => existsSync(join(folder, `${name}.${endings[coding]}`)));
      const coding = built.find((one) => one === req.acceptsEncodings([...built]));
      if (coding !== undefined) {
        res.type(extname(name)).setHeader('Content-Encoding', coding);
        req.url = `/${name}.${endings[coding]}`;
      }
    }
    next();
  };
}
