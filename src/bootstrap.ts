// Where a child begins that runs the sources, or the library with its kill points. It loads what every child needs; the rest
// when it is needed. A child of the published package begins in package-loader.ts.

import { beginChild } from './process/begin-child.js';

beginChild(() => import('./futures.js'));
