import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { fileURLToPath, URL } from 'node:url';
import ts from 'typescript';
import { parseAllDocuments } from 'yaml';

/**
 * Prints what is wrong with a manifest of Kubernetes, as JSON. The schemas of its API find wrong values, and the types of its objects find
 * fields that do not exist, which the schemas let pass.
 */
const text = await readFile(process.argv[2] ?? '', 'utf8');
const objects = parseAllDocuments(text).map((document) => document.toJS());
const findings = [...(await Promise.all(objects.map(wrongValues))).flat(), ...unknownFields(objects)];
process.stdout.write(JSON.stringify(findings));

async function wrongValues(object) {
  const { [object.kind]: Model } = await import(`kubernetes-models/${object.apiVersion}`);
  try {
    new Model(object).validate();
    return [];
  } catch (error) {
    return [`${object.kind} ${object.metadata?.name}: ${error.message}`];
  }
}

/** Each object as a typed literal, in which a field that the type does not have is an error. */
function unknownFields(all) {
  const literals = all.map(
    (object, at) =>
      `import type { I${object.kind} as Type${at} } from 'kubernetes-models/${object.apiVersion}';\n` +
      `export const object${at}: Type${at} = ${JSON.stringify(object)};\n`,
  );
  // There is no such file: it is only where the packages are found from.
  const file = fileURLToPath(new URL('manifest.ts', import.meta.url));
  const options = { module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext, noEmit: true };
  const host = ts.createCompilerHost({ ...options, types: [] });
  const { getSourceFile, fileExists } = host;
  host.fileExists = (name) => name === file || fileExists(name);
  host.getSourceFile = (name, ...rest) =>
    name === file ? ts.createSourceFile(name, literals.join(''), ...rest) : getSourceFile(name, ...rest);
  const program = ts.createProgram([file], { ...options, strict: true, skipLibCheck: true, types: [] }, host);
  return ts
    .getPreEmitDiagnostics(program, program.getSourceFile(file))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}
