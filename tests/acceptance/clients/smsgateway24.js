// A client of smsgateway24.com after its document: node smsgateway24.js ADDRESS EMAIL PASSWORD SENDTO
const [address, email, pass, sendto] = process.argv.slice(2);

async function call(method, fields) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  const response = await fetch(`${address}/getdata/${method}`, { method: "POST", body: form });
  const answer = await response.json();
  if (answer.error !== 0) throw new Error(answer.message);
  return answer;
}

async function main() {
  const { token } = await call("gettoken", { email, pass });
  const { device } = await call("getalldevices", { token });
  const device_id = Object.keys(device)[0];
  const { sms_id } = await call("addsms", {
    token, sendto, device_id, body: "Your code is 1234 € 👍", sim: 0, customerId: 77, urgent: 1,
  });
  let status;
  do {
    await new Promise((resolve) => setTimeout(resolve, 100));
    status = (await call("getsmsstatus", { token, sms_id })).status;
  } while (status < 7);
  const { smss } = await call("getallsms", { token, customerid: 77 });
  console.log(JSON.stringify({ sms_id, status, row: smss[sms_id] }));
}

main().catch((error) => { console.error(error); process.exit(1); });
