/**
 * What a test has the official client 9.2.2 do, under Node: each line on standard input is a
 * command, and each event is a line on standard output.
 */
import { createInterface } from "node:readline";
import { createRequire } from "node:module";

const [folder, address, user, password] = process.argv.slice(2);
const { LightstreamerClient, Subscription } = createRequire(`${folder}/`)(
  "lightstreamer-client-node",
);

const client = new LightstreamerClient(address, "DEFAULT");
client.connectionDetails.setUser(user);
client.connectionDetails.setPassword(password);
client.addListener({
  onStatusChange: (status) => console.log("status", status),
  onServerError: (code, message) => console.log("error", code, message),
});

const subscriptions = new Map();

const commands = {
  connect: () => client.connect(),
  disconnect: () => client.disconnect(),
  subscribe(item, adapter, ...fields) {
    const subscription = new Subscription("MERGE", [item], fields);
    if (adapter !== "-") subscription.setDataAdapter(adapter);
    subscription.addListener({
      onSubscription: () => console.log("subscribed", item),
      onUnsubscription: () => console.log("unsubscribed", item),
      onSubscriptionError: (code, message) => console.log("refused", item, code, message),
      onItemUpdate: (update) =>
        console.log("update", ...fields.map((field) => update.getValue(field))),
    });
    subscriptions.set(item, subscription);
    client.subscribe(subscription);
  },
  unsubscribe: (item) => client.unsubscribe(subscriptions.get(item)),
  exit: () => process.exit(0),
};

createInterface({ input: process.stdin }).on("line", (line) => {
  const [name, ...args] = line.split(" ");
  commands[name](...args);
});
