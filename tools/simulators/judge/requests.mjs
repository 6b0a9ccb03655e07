// SPDX-License-Identifier: Apache-2.0
// What is asked of each simulator before its carrier's API file: every route that it has and that the
// file describes, with successes and refusals.

const basic = (user, password) => "Basic " + Buffer.from(`${user}:${password}`).toString("base64");

const portForm = (numbers, more = {}) => ({
  CustomerName: "Acme Inc",
  CustomerAccountNumber: "A-1",
  CustomerStreetNumber: "1",
  CustomerStreetName: "King",
  CustomerCity: "Toronto",
  CustomerProvince: "ON",
  CustomerPostalCode: "M5V1A1",
  CustomerCountry: "CA",
  EmailAddress: "ports@acme.example",
  CurrentProvider: 12,
  NumbersToPort: numbers,
  ...more,
});

const thinktel = {
  name: "thinktel",
  program: "sim-thinktel",
  spec: "thinktel.json",
  // Base paths are no part of prism's routes.
  options: ["--base-path", ""],
  async requests({ ask, admin }) {
    const headers = { Authorization: basic("acme", "thinktel-secret") };
    const get = (path, status = 200) => ask("GET", path, status, { headers });
    const post = (path, body, status = 200) => ask("POST", path, status, { headers, body });
    const trunk = "/SipTrunks/7005551212";
    for (const path of [
      "/SipTrunks", trunk, `${trunk}/Dids?PageFrom=0&PageSize=100`, `${trunk}/RateCenters`,
      `${trunk}/Dids/4165559001`, "/Dids/4165559001", "/RateCenters", "/RateCenters/NPA/416",
      "/RateCenters/Country/CA", "/RateCenters/Country/CA/Province/ON",
      "/RateCenters/Country/CA/Available/NPANXX", "/RateCenters/Country/CA/NPAs",
      "/RateCenters/Toronto%2C%20ON", "/RateCenters/Toronto%2C%20ON/Blocks",
      "/RateCenters/Toronto%2C%20ON/Next10", "/NPAs/416/NXXs/555/RateCenter",
      "/Users/Current/Account", "/Users/Current/Username", "/Holidays",
      "/Products/TelephoneOfferings", "/NumberPorts/Providers", "/NumberPorts/LNP/NPANXX",
      "/NumberPorts/LNP/RateCenters", "/V911s", "/v2/V911s",
      "/v2/NumberPorts/Inbound/Dashboard/PortInInfo",
    ]) {
      await get(path);
    }
    await get("/Dids/4165550999", 404);
    await get("/Test/SerializationException", 400);
    await get("/Test/Exception", 500);

    await post("/NumberPorts/LNP/NPANXX/Check", "4165550101");
    await post("/NumberPorts/LNP/NPANXX/Check", "9025550101");
    await post(`${trunk}/Dids`, [{ Number: 4165552000 }, { Number: 4165552000 }]);
    await post(`${trunk}/Dids/NextAvailable`, [{ RateCenterName: "Edmonton, AB", Quantity: 2 }]);
    await post(`${trunk}/Dids/Ranges`, [{ FirstNumber: 4165552010, LastNumber: 4165552012 }]);
    await ask("DELETE", `${trunk}/Dids/4165552000`, 200, { headers });
    const home = {
      Number: 4165559001, FirstName: "A", LastName: "B", StreetNumber: "1", StreetName: "King",
      City: "Toronto", ProvinceState: "ON", PostalZip: "M5V1A1",
    };
    await post("/V911s", home);
    await post("/v2/V911s", { ...home, Number: 4165550101, PendingPort: true });
    await post("/v2/V911s", { ...home, Number: 4165550102 });
    await get("/V911s/4165559001");
    await get("/v2/V911s/4165550101");
    await ask("DELETE", "/V911s/4165559001", 200, { headers });

    const file = [{ FileName: "loa.pdf", ContentType: "application/pdf", Base64Contents: "JVBERg==" }];
    const did = (number, more) => ({
      PilotNumber: 7005551212,
      DIDs: [{ Number: number, Label: "desk" }],
      PortForm: portForm([number], { FileLetterOfAuthorization: file, ...more }),
    });
    const dids = "/v2/NumberPorts/Inbound/DIDs";
    const made = await post(dids, did(4165550101));
    await post(dids, did(4165550101)); // an open ticket: Reply 0
    await post(dids, did(4165550102, { CustomerAccountNumber: "BAD" }));
    const tollFree = did(8885550100, { FileLetterOfAuthorization: undefined, FileRespOrgForm: file });
    await post("/v2/NumberPorts/Inbound/TollFree/DIDs", tollFree);
    await post("/NumberPorts/Inbound/GeneralProducts", {
      OfferingID: "OFF-100", PortForm: portForm([4165550111]),
    });
    await post("/NumberPorts/Inbound/GeneralChildProducts", {
      OfferingID: "OFF-200", ParentSubscriptionID: "SUB-1", PortForm: portForm([4165550112]),
    });
    const line = (number) => ({
      Account: 1234, Enabled: true, Locale: 2, SecondLocale: 2, PlanID: "P", BusinessGroupID: "G",
      Number: { Number: number },
    });
    await post("/v2/NumberPorts/Inbound/ResidentialLines", {
      Lines: [line(4165550113)], PortForm: portForm([4165550113]),
    });
    await post("/v2/NumberPorts/Inbound/BusinessLines", {
      Lines: [line(4165550114)], PortForm: portForm([4165550114]),
    });
    const forward = (number) => ({
      Account: 1234, CallForwardingNumber: 4165559002, Enabled: true, Number: { Number: number },
      PlanID: "P", PCFProvisioningInstructions: "none",
    });
    await post("/v2/NumberPorts/Inbound/PermanentCallForwards", {
      Forwards: [forward(4165550115)], PortForm: portForm([4165550115]),
    });
    await post("/v2/NumberPorts/Inbound/TollFree/PermanentCallForwards", {
      Forwards: [forward(8885550115)], PortForm: portForm([8885550115]),
    });
    await post("/NumberPorts/Inbound/BusinessPermanentCallForwards", {
      OfferingID: "OFF-600", BusinessGroupSubscriptionID: "SUB-2",
      ForwardingInstructions: [{ TN: 4165550116, ForwardingTN: 4165559002 }],
      PortForm: portForm([4165550116]),
    });
    await post("/NumberPorts/Inbound/VirtualFaxes", {
      OfferingID: "OFF-700", FaxEmail: "fax@acme.example", PortForm: portForm([4165550117]),
    });
    await post("/NumberPorts/Inbound/AddPilotNumber", {
      TicketMask: made.TicketMask, CurrentPilotNumber: 4165550101,
    });
    const tickets = "/v2/NumberPorts/Inbound/Tickets/";
    await get(`${tickets}${made.TicketMask}/PortInStatus`);
    await admin("clock", { advance_s: 14 * 86400 });
    await get(`${tickets}${made.TicketMask}/PortInStatus`);
    await get("/v2/NumberPorts/Inbound/Numbers/4165550102/PortInStatus"); // rejected
    await get(`${tickets}NONE/PortInStatus`, 404);
    const dashboard = "/v2/NumberPorts/Inbound/Dashboard/PortInInfo";
    for (const end of ["", "/Orders/1", "/Orders/1/1", "/OrdersByNumber/4165550101"]) {
      await get(dashboard + end);
    }
  },
};

const ringcentral = {
  name: "ringcentral",
  program: "sim-ringcentral",
  spec: "ringcentral.json",
  options: ["--light", "0", "--medium", "0", "--heavy", "0", "--auth", "0"],
  async requests({ ask, admin }) {
    const client = { Authorization: basic("ringcentral-client", "ringcentral-secret") };
    const grant = encodeURIComponent("urn:ietf:params:oauth:grant-type:jwt-bearer");
    const token = (form, status) => ask("POST", "/restapi/oauth/token", status, { headers: client, form });
    await token(`grant_type=${grant}&assertion=wrong`, 400);
    const made = await token(`grant_type=${grant}&assertion=ringcentral-jwt`, 200);
    await token(`grant_type=refresh_token&refresh_token=${made.refresh_token}`, 200);

    const headers = { Authorization: `Bearer ${made.access_token}` };
    const get = (path, status = 200) => ask("GET", path, status, { headers });
    const put = (method, path, body, status = 200) => ask(method, path, status, { headers, body });
    const v1 = "/restapi/v1.0/account/~";
    const v2 = "/restapi/v2/accounts/~/phone-numbers";
    for (const path of [
      v1, `${v1}/business-address`, `${v1}/service-info`, `${v1}/phone-number`,
      `${v1}/phone-number?page=2&perPage=50`, `${v1}/phone-number?paymentType=TollFree&status=Normal`,
      `${v1}/phone-number/246715001`, v2, `${v2}?page=2&perPage=50`, `${v2}?tollType=TollFree`,
      `${v2}?phoneNumber=%2B1416555010*`, `${v2}?usageType=Inventory&usageType=DirectNumber`,
    ]) {
      await get(path);
    }
    await put("PUT", `${v1}/business-address`, { company: "Acme Inc", businessAddress: { zip: "M5V 1A1" } });
    const record = (phoneNumber) => ({ phoneNumber, usageType: "Inventory" });
    await put("POST", `${v2}/bulk-add`, { records: [record("+14165550300"), record("+14165550101")] });
    const task = await put("POST", `${v2}/bulk-add`, { records: [record("+141655506**")] }, 202);
    await get(`${v2}/bulk-add/${task.id}`);
    await admin("clock", { advance_s: 60 });
    await ask("GET", `${v2}/bulk-add/${task.id}`, 200, {
      headers,
      flaw: "the file says exactly one of two schemas, and the second fits every object",
    });
    await get(`${v2}/bulk-add/99`, 404);
    await put("PATCH", `${v2}/246715092`, { usageType: "DirectNumber", extension: { id: "1000105" } });
    await put("POST", `${v2}/246715001/replace`, { targetPhoneNumberId: "246715093" });
    await put("DELETE", v2, { records: [{ phoneNumber: "+14165550194" }, { id: "246715000" }] });
    await put("PATCH", `${v2}/999`, { usageType: "CompanyNumber" }, 404);
    await admin("script", { forbid: true });
    await get(v2, 403);
    await admin("faults", [{ fault: "429", retry_after_s: 1, times: 1 }]);
    await get(v2, 429);
  },
};

const genesys = {
  name: "genesys",
  program: "sim-genesys",
  spec: "genesys.json",
  options: [],
  async requests({ ask, admin, direct }) {
    // The login host is not in the API file.
    const login = await direct("POST", "/oauth/token", {
      headers: { Authorization: basic("genesys-client", "genesys-secret") },
      form: "grant_type=client_credentials",
    });
    const headers = { Authorization: `Bearer ${login.json.access_token}` };
    const get = (path, status = 200) => ask("GET", path, status, { headers });
    const post = (path, body, status) => ask("POST", path, status, { headers, body });
    const sms = "/api/v2/routing/sms";
    const search = `${sms}/availablephonenumbers?phoneNumberType=`;
    await get(`${search}local&countryCode=US&areaCode=317&pattern=5555***`);
    await get(`${search}tollfree&countryCode=CA`);
    const french = await get(`${search}mobile&countryCode=FR&addressRequirement=local`);
    await get(`${search}local&countryCode=XX`, 400);
    await get("/api/v2/organizations/me");

    const address = await post(`${sms}/addresses`, {
      name: "Acme", street: "1 High St", city: "London", region: "London", postalCode: "N1",
      countryCode: "GB", autoCorrectAddress: true,
    }, 200);
    await get(`${sms}/addresses`);
    await get(`${sms}/addresses/${address.id}`);
    await get(`${sms}/addresses/none`, 404);

    const buy = (phoneNumber, phoneNumberType, countryCode, status, more = {}) =>
      post(`${sms}/phonenumbers`, { phoneNumber, phoneNumberType, countryCode, ...more }, status);
    const bought = await buy("+13175550100", "local", "US", 202, { name: "order-1" });
    await buy("+447700900100", "mobile", "GB", 202, { addressId: address.id });
    await buy("+13175550100", "local", "US", 400);
    await buy(french.entities[0].phoneNumber, "mobile", "FR", 400);
    const one = `${sms}/phonenumbers/${bought.id}`;
    await get(one);
    await ask("DELETE", one, 409, { headers });
    await admin("script", { fail: "+13175550101" });
    const failed = await buy("+13175550101", "local", "US", 202);
    await admin("script", { approve: [french.entities[0].phoneNumber] });
    await admin("clock", { advance_s: 30 });
    await get(one);
    await get(`${sms}/phonenumbers/${failed.id}`);
    await ask("PATCH", one, 200, { headers, body: { id: bought.id } });
    for (const query of [
      "", "?pageSize=1&pageNumber=2", "?phoneNumberStatus=active&phoneNumberStatus=pending",
      "?countryCode=FR&phoneNumberType=mobile&sortBy=phoneNumber&sortOrder=descending",
    ]) {
      await get(`${sms}/phonenumbers${query}`);
    }
    await ask("DELETE", one, 202, { headers });
    await ask("DELETE", `${sms}/addresses/${address.id}`, 204, { headers });
    await get(`${sms}/phonenumbers/none`, 404);
    await admin("faults", [{ fault: "429", retry_after_s: 42, times: 1 }]);
    await get(`${sms}/phonenumbers`, 429);
    await admin("script", { expire_tokens: true });
    await get(`${sms}/phonenumbers`, 401);
  },
};

// acme is invented: nobody else has written down what it answers.
export const carriers = [thinktel, ringcentral, genesys];
