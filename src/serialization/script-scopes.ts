// The names of a script: which variable each identifier means, found once per script.
//
//   text ─► tree ─► one walk: scopes, variables, references, lexical uses ─► resolve all references
//
// References are resolved after the walk, so hoisting needs no extra pass.

import { patternParts } from './binding-patterns.js';
import { importBindings } from './import-bindings.js';
import {
  calledAtTop,
  functionScopeOf,
  hasUseStrict,
  isLazyInitialization,
  lookUp,
  newScope,
  privateNameOf,
  toUnit,
} from './scope-chain.js';
import type {
  Access,
  CodeUnit,
  ImportBinding,
  LexicalUse,
  LexicalUseKind,
  Reference,
  Scope,
  ScriptScopes,
  VariableKind,
} from './script-names.js';
import { childOf, childrenOf, listOf, nameOfIdentifier, type Syntax } from './syntax-tree.js';

interface Place {
  readonly scope: Scope;
  /** Start of the nearest thing that binds `this`; -1 at the top. */
  readonly thisBinder: number;
  /** The same for `arguments` and `new.target`: a field initializer has no `arguments`. */
  readonly argumentsBinder: number;
  /** Start of the class or object literal that `super` refers to. */
  readonly home: number;
  readonly privates: PrivateNames | undefined;
}

interface PrivateNames {
  readonly start: number;
  readonly names: ReadonlySet<string>;
  readonly parent: PrivateNames | undefined;
}

/** Walks a tree once. */
export function readScopes(tree: Syntax, strict: boolean): ScriptScopes {
  const walk = new ScopeWalk(strict || hasUseStrict(listOf(tree, 'body')));
  walk.program(tree);
  walk.resolve();
  return { top: walk.top, references: walk.references, uses: walk.uses, units: walk.units };
}

class ScopeWalk {
  readonly top: Scope;
  readonly references: Reference[] = [];
  readonly uses: LexicalUse[] = [];
  readonly units: CodeUnit[] = [];
  #calledAtTop: ReadonlySet<Syntax> = new Set();

  constructor(strict: boolean) {
    this.top = { parent: undefined, isFunction: true, isTop: true, start: -1, names: new Map(), strict };
  }

  program(tree: Syntax): void {
    const place = { scope: this.top, thisBinder: -1, argumentsBinder: -1, home: -1, privates: undefined };
    this.#calledAtTop = calledAtTop(tree);
    for (const statement of listOf(tree, 'body')) this.#visit(statement, place, tree);
  }

  resolve(): void {
    this.references.sort((a, b) => a.start - b.start);
    for (const reference of this.references) {
      const variable = lookUp(reference.scope, reference.name);
      if (!variable) continue;
      reference.variable = variable;
      if (reference.access !== 'read') variable.writes.push(reference);
    }
  }

  #visit(node: Syntax, place: Place, parent: Syntax): void {
    const visit = this.#visitors[node.type];
    if (visit) visit(node, place, parent);
    else this.#children(node, place);
  }

  #children(node: Syntax, place: Place): void {
    for (const child of childrenOf(node)) this.#visit(child, place, node);
  }

  readonly #visitors: Record<string, (node: Syntax, place: Place, parent: Syntax) => void> = {
    Identifier: (node, place) => this.#refer(node, place, 'read'),
    ThisExpression: (node, place) => this.#use('this', node, place.thisBinder),
    Super: (node, place) => this.#use('super', node, place.home),
    MetaProperty: (node, place) => {
      const isMeta = nameOfIdentifier(childOf(node, 'meta')) === 'import';
      this.#use(isMeta ? 'import.meta' : 'new.target', node, isMeta ? -1 : place.argumentsBinder);
    },
    ImportExpression: (node, place) => {
      this.uses.push({ kind: 'import()', start: node.start, end: node.start + 'import'.length, binder: -1 });
      this.#children(node, place);
    },
    PrivateIdentifier: (node, place) => this.#usePrivate(node, place),
    CallExpression: (node, place) => {
      const callee = childOf(node, 'callee');
      if (nameOfIdentifier(callee) === 'eval' && callee) this.#use('eval', callee, -1);
      this.#children(node, place);
      this.#markCalled(callee);
    },
    TaggedTemplateExpression: (node, place) => {
      this.#children(node, place);
      this.#markCalled(childOf(node, 'tag'));
    },
    MemberExpression: (node, place) => {
      this.#visit(childOf(node, 'object')!, place, node);
      const property = childOf(node, 'property')!;
      if (node['computed'] || property.type === 'PrivateIdentifier') this.#visit(property, place, node);
    },
    Property: (node, place, parent) => this.#property(node, place, parent),
    LabeledStatement: (node, place) => this.#visit(childOf(node, 'body')!, place, node),
    BreakStatement: () => undefined,
    ContinueStatement: () => undefined,
    AssignmentExpression: (node, place) => this.#assignment(node, place),
    UpdateExpression: (node, place) => this.#target(childOf(node, 'argument')!, place, 'update'),
    VariableDeclaration: (node, place) => this.#declaration(node, place),
    FunctionDeclaration: (node, place, parent) => this.#function(node, place, parent),
    FunctionExpression: (node, place, parent) => this.#function(node, place, parent),
    ArrowFunctionExpression: (node, place, parent) => this.#function(node, place, parent),
    ClassDeclaration: (node, place, parent) => this.#class(node, place, parent),
    ClassExpression: (node, place, parent) => this.#class(node, place, parent),
    BlockStatement: (node, place) => this.#children(node, this.#inBlock(node, place)),
    SwitchStatement: (node, place) => this.#children(node, this.#inBlock(node, place)),
    ForStatement: (node, place) => this.#children(node, this.#inBlock(node, place)),
    ForInStatement: (node, place) => this.#forEach(node, place),
    ForOfStatement: (node, place) => this.#forEach(node, place),
    CatchClause: (node, place) => {
      const inner = this.#inBlock(node, place);
      const param = childOf(node, 'param');
      if (param) this.#declarePattern(param, 'let', inner);
      this.#children(childOf(node, 'body')!, inner);
    },
    ImportDeclaration: (node) => this.#imports(node),
    ExportNamedDeclaration: (node, place) => {
      const declaration = childOf(node, 'declaration');
      if (declaration) this.#visit(declaration, place, node);
    },
    ExportAllDeclaration: () => undefined,
  };

  #refer(node: Syntax, place: Place, access: Access, isShorthand = false): void {
    const name = node['name'] as string;
    if (name === 'arguments' && !lookUp(place.scope, name))
      this.#use('arguments', node, place.argumentsBinder);
    else
      this.references.push({
        name,
        start: node.start,
        end: node.end,
        scope: place.scope,
        access,
        isShorthand,
      });
  }

  #markCalled(callee: Syntax | undefined): void {
    if (callee?.type !== 'Identifier') return;
    for (let at = this.references.length - 1; at >= 0; at--) {
      if (this.references[at].start !== callee.start) continue;
      this.references[at].isCalled = true;
      return;
    }
  }

  #use(kind: LexicalUseKind, node: Syntax, binder: number): void {
    this.uses.push({ kind, start: node.start, end: node.end, binder });
  }

  #usePrivate(node: Syntax, place: Place): void {
    const name = node['name'] as string;
    let owner = place.privates;
    while (owner && !owner.names.has(name)) owner = owner.parent;
    this.uses.push({ kind: 'private', start: node.start, end: node.end, binder: owner?.start ?? -1, name });
  }

  #property(node: Syntax, place: Place, parent: Syntax): void {
    const value = childOf(node, 'value')!;
    if (node['computed']) this.#visit(childOf(node, 'key')!, place, node);
    if (node['shorthand'] && value.type === 'Identifier') this.#refer(value, place, 'read', true);
    else if (node['method'] || node['kind'] !== 'init')
      this.#function(value, { ...place, home: parent.start }, node);
    else this.#visit(value, place, node);
  }

  #assignment(node: Syntax, place: Place): void {
    const operator = node['operator'] as string;
    const right = childOf(node, 'right')!;
    const left = childOf(node, 'left')!;
    const before = this.references.length;
    this.#visit(right, place, node);
    const read = new Set(this.references.slice(before).map(({ name }) => name));
    if (operator !== '=') {
      this.#target(left, place, operator === '??=' || operator === '||=' ? 'write' : 'update');
    } else if (isLazyInitialization(left, right)) {
      this.#target(left, place, 'write');
    } else {
      this.#target(left, place, 'write', read);
    }
  }

  /** What an assignment writes to; a name in `read` is read by the same assignment. */
  #target(pattern: Syntax, place: Place, access: Access, read?: ReadonlySet<string>): void {
    for (const { node, role, isShorthand } of patternParts(pattern)) {
      if (role === 'target' && node.type === 'Identifier') {
        this.#refer(node, place, read?.has(node['name'] as string) ? 'update' : access, isShorthand);
      } else {
        this.#visit(node, place, pattern);
      }
    }
  }

  #declaration(node: Syntax, place: Place): void {
    const kind = node['kind'] as string;
    const variableKind = kind === 'var' || kind === 'let' ? kind : 'const';
    for (const declarator of listOf(node, 'declarations')) {
      this.#declarePattern(childOf(declarator, 'id')!, variableKind, place, declarator);
      const init = childOf(declarator, 'init');
      if (init) this.#visit(init, place, declarator);
    }
  }

  #declarePattern(pattern: Syntax, kind: VariableKind, place: Place, declarator?: Syntax): void {
    for (const { node, role } of patternParts(pattern)) {
      if (role === 'expression') this.#visit(node, place, pattern);
      else this.#declare(node, kind, place.scope, declarator && { declarator });
    }
  }

  #declare(
    id: Syntax,
    kind: VariableKind,
    scope: Scope,
    extra?: { declarator?: Syntax | undefined; declaration?: Syntax; binding?: ImportBinding },
  ): void {
    const name = id['name'] as string;
    const home = kind === 'var' ? functionScopeOf(scope) : scope;
    if (kind === 'function' && !scope.strict && !scope.isFunction) this.#declare(id, 'var', scope);
    const existing = home.names.get(name);
    if (existing) {
      // `var x` twice, or a parameter and a `var`: one variable, whose initializer is not the only one.
      if (kind !== 'var' || extra?.declarator?.['init']) {
        existing.writes.push({
          name,
          start: id.start,
          end: id.end,
          scope,
          access: 'write',
          isShorthand: false,
        });
      }
      return;
    }
    home.names.set(name, { name, kind, scope: home, start: id.start, writes: [], ...(extra as object) });
  }

  #function(node: Syntax, place: Place, parent: Syntax): void {
    const isArrow = node.type === 'ArrowFunctionExpression';
    const body = childOf(node, 'body')!;
    const strict = place.scope.strict || hasUseStrict(listOf(body, 'body'));
    const unit = toUnit(node, place.scope, strict, parent);
    this.units.push(unit);
    const id = childOf(node, 'id');
    let outer = place.scope;
    if (id && node.type === 'FunctionDeclaration')
      this.#declare(id, 'function', outer, { declaration: node });
    if (id && node.type === 'FunctionExpression') {
      outer = newScope(outer, node.start);
      this.#declare(id, 'const', outer);
    }
    const isTop = this.#calledAtTop.has(node);
    const scope: Scope = { ...newScope(outer, node.start), isFunction: true, isTop, strict };
    const binder = isArrow ? place.thisBinder : unit.start;
    const inner: Place = {
      ...place,
      scope,
      thisBinder: binder,
      argumentsBinder: isArrow ? place.argumentsBinder : unit.start,
    };
    for (const param of listOf(node, 'params')) this.#declarePattern(param, 'param', inner);
    if (body.type === 'BlockStatement') this.#children(body, inner);
    else this.#visit(body, inner, node);
  }

  #class(node: Syntax, place: Place, parent: Syntax): void {
    const id = childOf(node, 'id');
    if (id && node.type === 'ClassDeclaration')
      this.#declare(id, 'class', place.scope, { declaration: node });
    const scope: Scope = { ...newScope(place.scope, node.start), strict: true };
    if (id) this.#declare(id, 'const', scope);
    this.units.push({ ...toUnit(node, place.scope, true, parent), shape: 'class' });
    const members = listOf(childOf(node, 'body')!, 'body');
    const names = new Set(
      members.map((member) => privateNameOf(member)).filter((name) => name !== undefined),
    );
    const inner: Place = { ...place, scope, privates: { start: node.start, names, parent: place.privates } };
    const superclass = childOf(node, 'superClass');
    if (superclass) this.#visit(superclass, inner, node);
    for (const member of members) this.#member(member, { ...inner, home: node.start });
  }

  #member(member: Syntax, place: Place): void {
    const key = childOf(member, 'key');
    if (key && member['computed']) this.#visit(key, { ...place, home: -1 }, member);
    const value = childOf(member, 'value');
    if (member.type === 'MethodDefinition') {
      this.#function(value!, place, member);
      return;
    }
    // A field initializer or a static block is a function of its own, which binds `this`.
    const scope: Scope = { ...newScope(place.scope, member.start), isFunction: true };
    const inner: Place = { ...place, scope, thisBinder: member.start, argumentsBinder: member.start };
    if (member.type === 'StaticBlock') this.#children(member, inner);
    else if (value) this.#visit(value, inner, member);
  }

  #forEach(node: Syntax, place: Place): void {
    const inner = this.#inBlock(node, place);
    const left = childOf(node, 'left')!;
    if (left.type === 'VariableDeclaration') this.#visit(left, inner, node);
    else this.#target(left, inner, 'write');
    this.#visit(childOf(node, 'right')!, inner, node);
    this.#visit(childOf(node, 'body')!, inner, node);
  }

  #imports(node: Syntax): void {
    for (const { local, binding } of importBindings(node))
      this.#declare(local, 'import', this.top, { binding });
  }

  #inBlock(node: Syntax, place: Place): Place {
    return { ...place, scope: newScope(place.scope, node.start) };
  }
}
