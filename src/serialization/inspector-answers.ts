// What the engine answers its inspector session, as far as it is read (the Chrome DevTools Protocol).

export interface RemoteObject {
  readonly objectId?: string;
  readonly value?: unknown;
}

interface NamedRemote {
  readonly name: string;
  readonly value?: RemoteObject;
}

export interface PropertiesAnswer {
  readonly internalProperties?: readonly NamedRemote[];
  readonly privateProperties?: readonly NamedRemote[];
}

export interface ScriptParsed {
  readonly scriptId: string;
  readonly url: string;
  readonly isModule?: boolean;
  readonly startLine: number;
  readonly startColumn: number;
  readonly sourceMapURL?: string;
}
