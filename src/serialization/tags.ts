// The first byte of every encoded value: what it is. The bytes after it depend on it.
//
//   message   flags (1) │ value │ [trailer: module URLs, byte buffers │ u32 offset of the trailer]
//   flags     bit 0: modules must be imported before decode   bit 1: holds back references   bit 2: has a trailer
//             bit 3: names something of this library: a process that has not loaded all of it does so before decode
//
//   00-3f     the integers 0 to 63
//   40-5f     latin1 string of 0 to 31 characters, then its characters
//   60-7f     plain object of the shape 0 to 31 of this message, then its values
//   80-       the tags below
//
// Every object is a node, numbered in the order of its first appearance; REFERENCE repeats a node by its number.
// A varint is an unsigned integer, 7 bits a byte, low bits first, bit 7 = more to come.

export const FLAG_PREPARE = 1;
export const FLAG_REFERENCES = 2;
export const FLAG_TRAILER = 4;
export const FLAG_LIBRARY = 8;
/** Bits that are never set: bytes that have them are no message. */
export const FLAGS_UNUSED = 0xf0;

export const SMALL_INT_END = 0x40;
export const SHORT_STRING = 0x40;
export const SHORT_STRING_LIMIT = 0x20;
export const SHAPE = 0x60;
export const SHAPE_LIMIT = 0x20;

export const UNDEFINED = 0x80;
export const NULL = 0x81;
export const TRUE = 0x82;
export const FALSE = 0x83;
/** varint of value * 2, or of -value * 2 - 1 */
export const INTEGER = 0x84;
/** 8 bytes, little endian */
export const DOUBLE = 0x85;
/** varint length, bytes */
export const LATIN1 = 0x86;
/** varint length in code units, two bytes each */
export const UTF16 = 0x87;
/** 8 bytes, little endian, two's complement */
export const BIGINT64 = 0x88;
/** sign byte, hexadecimal digits as a string */
export const BIGINT = 0x89;
/** key of `Symbol.for` */
export const SYMBOL_FOR = 0x8a;
/** name: `iterator` of `Symbol.iterator` */
export const SYMBOL_WELL_KNOWN = 0x8b;
/** an unregistered symbol reached by a captured function: id, description */
export const SYMBOL_LOCAL = 0x8c;

/** varint number of the node */
export const REFERENCE = 0x90;
/** varint length of the key block, key block (varint count, strings), values. It becomes the next shape. */
export const NEW_SHAPE = 0x91;
/** varint number of a shape beyond the short ones, values */
export const FAR_SHAPE = 0x92;
/** plain object with many keys: varint count, (key, value)… */
export const DICTIONARY = 0x93;
/** varint length, elements (HOLES among them) */
export const ARRAY = 0x94;
/** inside an ARRAY: varint number of holes */
export const HOLES = 0x95;
/** varint length, 8 bytes each */
export const DOUBLES = 0x96;
/** varint length, 4 bytes each */
export const INT32S = 0x97;
/** null prototype; a plain object's encoding without a node of its own follows */
export const NULL_OBJECT = 0x98;
/** the arguments object of a call: an ARRAY follows */
export const ARGUMENTS = 0x99;
/** flags, node, then by flag: class or prototype, properties. See extras.ts */
export const EXTRAS = 0x9a;
/** a value to read and drop, then the value itself: a class that must be there before its instance */
export const PRELUDE = 0x9b;
/** message: an error that is thrown when the place is touched */
export const POISON = 0x9c;
/** inside an ARRAY: varint count, keys as of a plain object, a column for each key: see record-runs.ts */
export const RECORDS = 0x9d;
/** Columns of records within columns of records, at most. */
export const COLUMNS_DEPTH = 4;
/** varint length, groups: see string-arrays.ts */
export const STRINGS = 0x9e;

export const MAP = 0xa0;
export const SET = 0xa1;
export const DATE = 0xa2;
export const REGEXP = 0xa3;
export const BOXED = 0xa4;
export const URL_OBJECT = 0xa5;
export const URL_PARAMS = 0xa6;
/** varint number of the buffer in the trailer */
export const BUFFER = 0xa7;
/** kind of view, varint buffer, varint offset, varint length */
export const VIEW = 0xa8;
/** class (number of a known one, or a function), stack, message, properties */
export const ERROR = 0xa9;
export const DOM_EXCEPTION = 0xaa;
/** class, own properties as a plain object's encoding */
export const INSTANCE = 0xab;
/** object (prototype), own properties as a plain object's encoding */
export const OBJECT_OF = 0xac;
/** kind, data */
export const HANDLE = 0xad;
/** name, data, reviving function or undefined */
export const REGISTERED = 0xae;
/** name of a global object: `console`, `Math` */
export const GLOBAL = 0xaf;
/** class: its prototype object */
export const PROTOTYPE = 0xb0;
/** process name, value thrown, message, stack */
export const PACKED_ERROR = 0xb1;
/** all keys, then all values, each as the elements of an array */
export const MAP_COLUMNS = 0xb2;
/** all members, as the elements of an array */
export const SET_COLUMN = 0xb3;

/** name */
export const FUNCTION_NAMED = 0xc0;
/** URL, varint length of path, path */
export const FUNCTION_REFERENCED = 0xc1;
/** late flag, code, varint count, captured values, of which some are own properties: see encode-function.ts */
export const FUNCTION_CAPTURED = 0xc2;
/** the same: a piece of code to run over there */
export const RECIPE = 0xc3;
