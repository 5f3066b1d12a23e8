// Serves SQS, SNS and STS on a free port of the loopback interface, says which, and ends with its standard input.
// (The package's own start listens on all interfaces.)
import { buildApp } from "fauxqs";

const app = buildApp({ logger: false });
const address = await app.listen({ port: 0, host: "127.0.0.1" });
console.log(`Running on ${address}`);
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
