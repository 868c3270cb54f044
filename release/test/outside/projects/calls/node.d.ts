// All that the scripts take from Node.
declare const process: { argv: string[] }
