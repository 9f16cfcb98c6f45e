import ts from 'typescript';

export interface Findings {
  /** Where an `any` can be reached, as a path of names. */
  readonly any: readonly string[];
  /** How many types were looked at: a walk that reaches nothing finds nothing. */
  readonly visited: number;
}

/** Walks all types that can be reached from what a module exports, into the declarations of `root` alone. */
export function findAny(program: ts.Program, entry: string, root: string): Findings {
  const checker = program.getTypeChecker();
  const file = program.getSourceFile(entry);
  const module = file && checker.getSymbolAtLocation(file);
  if (!module) throw new Error(`no module ${entry}`);
  const seen = new Set<ts.Type>();
  const any: string[] = [];

  const isForeign = (symbol: ts.Symbol | undefined) => {
    const declared = symbol?.declarations?.[0]?.getSourceFile();
    return (
      declared !== undefined &&
      (!declared.fileName.startsWith(root) ||
        program.isSourceFileDefaultLibrary(declared) ||
        program.isSourceFileFromExternalLibrary(declared))
    );
  };
  /** rxjs's ObservableInput holds the `any` of an AsyncIterable; TypeScript's own helpers are looked into. */
  const isFromLibrary = (symbol: ts.Symbol | undefined) =>
    symbol?.declarations?.some((at) => program.isSourceFileFromExternalLibrary(at.getSourceFile()));

  const visitSignature = (signature: ts.Signature, path: string): void => {
    for (const parameter of signature.parameters) {
      visit(checker.getTypeOfSymbol(parameter), `${path}(${parameter.name})`);
    }
    signature.typeParameters?.forEach((parameter) => visit(parameter, `${path}<${parameter.symbol.name}>`));
    visit(signature.getReturnType(), `${path}()`);
  };

  const visit = (type: ts.Type, path: string): void => {
    if (type.flags & ts.TypeFlags.Any) any.push(path);
    if (seen.has(type)) return;
    seen.add(type);
    type.aliasTypeArguments?.forEach((argument, index) => visit(argument, `${path}<${index}>`));
    if (isFromLibrary(type.aliasSymbol)) return;
    if (type.isUnionOrIntersection()) return type.types.forEach((part) => visit(part, path));
    if (type.flags & ts.TypeFlags.TypeParameter) {
      const bounds = [type.getConstraint(), type.getDefault()];
      return bounds.forEach((bound) => bound && visit(bound, path));
    }
    if (!(type.flags & ts.TypeFlags.Object)) return;
    const { objectFlags } = type as ts.ObjectType;
    if (objectFlags & ts.ObjectFlags.Reference) {
      checker
        .getTypeArguments(type as ts.TypeReference)
        .forEach((argument, index) => visit(argument, `${path}<${index}>`));
    }
    const named = ts.ObjectFlags.ClassOrInterface | ts.ObjectFlags.Reference;
    if (checker.isArrayLikeType(type) || (isForeign(type.getSymbol()) && objectFlags & named)) return;
    for (const property of checker.getPropertiesOfType(type)) {
      visit(checker.getTypeOfSymbol(property), `${path}.${property.name}`);
    }
    checker.getIndexInfosOfType(type).forEach((info) => visit(info.type, `${path}[]`));
    type.getCallSignatures().forEach((signature) => visitSignature(signature, path));
    type.getConstructSignatures().forEach((signature) => visitSignature(signature, `new ${path}`));
  };

  for (const exported of checker.getExportsOfModule(module)) {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    if (symbol.flags & ts.SymbolFlags.Value) visit(checker.getTypeOfSymbol(symbol), symbol.name);
    if (symbol.flags & ts.SymbolFlags.Type) visit(checker.getDeclaredTypeOfSymbol(symbol), symbol.name);
  }
  return { any, visited: seen.size };
}
