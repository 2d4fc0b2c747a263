#include "setup_texts.h"

const struct finding_text finding_texts[FINDING_COUNT] = {
    /* 0 the fault: file, line, key, what is wrong */
    [FINDING_FILE_WRONG] = {
        "The venue is left out, because its <file cannot be used: {0}|set-up cannot be read>.",
        "Salgsstedet er utelatt, fordi <filen ikke kan brukes: {0}|oppsettet ikke kan leses>.",
        "<Correct the file at the line named|Whoever runs Bilag mends it>; the other venues go on meanwhile.",
        "<Rett filen på linjen som er nevnt|Den som drifter Bilag, retter det>; de andre salgsstedene går som før imens." },
    /* 0 folder */
    [FINDING_NO_VENUES] = {
        "There are no venues< in {0}/venues|>, so nothing can be booked.",
        "Det er ingen salgssteder< i {0}/venues|>, så ingenting kan føres.",
        "<Write one file for each venue there, NAME.yaml; `man bilag-venue` explains it, and config-example/venues has one "
        "to begin with.|Make the first one under New venue.>",
        "<Lag én fil for hvert salgssted der, NAVN.yaml; `man bilag-venue` forklarer den, og i config-example/venues ligger "
        "en å begynne med.|Opprett det første under Nytt salgssted.>" },
    [FINDING_SUBSCRIPTION_KEY] = {
        "The subscription key of PowerOffice is missing, so nothing can be sent.",
        "Abonnementsnøkkelen (subscription key) til PowerOffice mangler, så ingenting kan sendes.",
        "<Put it into a file of mode 0600 and name that in bilag.yaml: poweroffice: {subscription_key: {file: "
        "keys/subscription}}.|Whoever runs Bilag puts it in place.>",
        "<Legg den i en fil med rettighet 0600, og oppgi filen i bilag.yaml: poweroffice: {subscription_key: {file: "
        "keys/subscription}}.|Den som drifter Bilag, legger den inn.>" },
    [FINDING_CONTACT] = {
        "PowerOffice is not told whom to write to about these requests; its guidelines ask for an e-mail address.",
        "PowerOffice får ikke vite hvem de kan skrive til om disse forespørslene; retningslinjene ber om en e-postadresse.",
        "<Write one in bilag.yaml: poweroffice: {contact: drift@example.no}.|Whoever runs Bilag writes one.>",
        "<Skriv en i bilag.yaml: poweroffice: {contact: drift@example.no}.|Den som drifter Bilag, skriver en.>" },
    [FINDING_CLIENT_KEY] = {
        "The venue is not connected: it has no client key.",
        "Salgsstedet er ikke tilkoblet: det har ingen klientnøkkel.",
        "In PowerOffice: Settings, Extensions, Add extension, QuickOrder; copy the client key and <run `bilag venues "
        "connect`|give it on the venue's page PowerOffice>.",
        "I PowerOffice: Innstillinger, Utvidelser, Legg til utvidelse, QuickOrder; kopier klientnøkkelen og <kjør `bilag "
        "venues connect`|gi den på salgsstedets side PowerOffice>." },
    [FINDING_APPLICATION_KEY] = {
        "The venue uses the main extension< (quickorder)|>, but its application key is missing.",
        "Salgsstedet bruker hovedutvidelsen< (quickorder)|>, men applikasjonsnøkkelen mangler.",
        "<Put it into a file of mode 0600 and name that in bilag.yaml: poweroffice: {application_keys: {quickorder: {file: "
        "keys/quickorder}}}.|Whoever runs Bilag puts it in place.>",
        "<Legg den i en fil med rettighet 0600, og oppgi filen i bilag.yaml: poweroffice: {application_keys: {quickorder: "
        "{file: keys/quickorder}}}.|Den som drifter Bilag, legger den inn.>" },
    /* 0 key in the file */
    [FINDING_TYPES_MISSING] = {
        "The venue has <no {0}|nothing under \"{=0}\">, so no sale can be posted.",
        "Salgsstedet har <ingen {0}|ikke noe under «{=0}»>, så ingen salg kan føres.",
        "Write them <under {0} in the venue's file|there>, each with its account.",
        "Skriv dem <under {0} i filen til salgsstedet|der>, hver med sin konto." },
    /* 0 product type */
    [FINDING_PRODUCT_ACCOUNT] = {
        "Product type \"{0}\" has no account; there can not be blank accounts.",
        "Varetypen «{0}» har ingen konto; en konto kan ikke stå tom.",
        "Write its sales account<: product_types: {{0}: {account: 3000}}|>, typically in the 3000 series.",
        "Skriv salgskontoen<: product_types: {{0}: {account: 3000}}|>, vanligvis i 3000-serien." },
    /* 0 product type */
    [FINDING_REDUCED_ACCOUNT] = {
        "Product type \"{0}\" has no account for reduced VAT: a day on which it is sold at that rate would be held.",
        "Varetypen «{0}» har ingen konto for redusert mva.: en dag den selges med den satsen, ville bli holdt tilbake.",
        "Write it<, product_types: {{0}: {reduced_account: 3001}}, or alcohol: true if it is|, or tick "
        "\"{=product_types.alcohol}\" if it is that>; nothing is needed if it is never takeaway.",
        "Skriv den<, product_types: {{0}: {reduced_account: 3001}}, eller alcohol: true hvis det er det|, eller kryss av "
        "for «{=product_types.alcohol}» hvis det er det>; ingenting trengs hvis den aldri selges som takeaway." },
    /* 0 payment type */
    [FINDING_PAYMENT_ACCOUNT] = {
        "Payment type \"{0}\" is transferred but has no account; there can not be blank accounts.",
        "Betalingsmåten «{0}» overføres, men har ingen konto; en konto kan ikke stå tom.",
        "Write its account (cash often 1900, cards 1570), or <transfer: false|untick \"{=payment_types.transfer}\"> if it "
        "is entered by hand.",
        "Skriv kontoen (kontanter ofte 1900, kort 1570), eller <transfer: false|fjern krysset for "
        "«{=payment_types.transfer}»> hvis den føres manuelt." },
    /* 0 payment type, 1 account */
    [FINDING_BANK_ACCOUNT] = {
        "Payment type \"{0}\" posts straight to bank account {1}.",
        "Betalingsmåten «{0}» føres rett på bankkonto {1}.",
        "Choose an auxiliary account outside 1920-1929 (for cards often 1570); the bank's own settlement empties it.",
        "Velg en mellomkonto utenfor 1920–1929 (for kort ofte 1570); bankoppgjøret tømmer den." },
    /* 0 product type, 1 reduced account or product */
    [FINDING_ALCOHOL_REDUCED] = {
        "Product type \"{0}\" is alcohol but has an entry for the reduced VAT rate ({1}).",
        "Varetypen «{0}» er alkohol, men har en oppføring for redusert mva. ({1}).",
        "Alcohol never has the reduced rate: take <reduced_account and reduced_product|\"{=product_types.reduced_account}\" "
        "and \"{=product_types.reduced_product}\"> away, or the alcohol mark if it is none.",
        "Alkohol har aldri redusert sats: fjern <reduced_account og reduced_product|«{=product_types.reduced_account}» og "
        "«{=product_types.reduced_product}»>, eller alkoholmerket hvis det ikke er alkohol." },
    /* 0 product type */
    [FINDING_VAT_FREE] = {
        "Product type \"{0}\" says <vat_free|\"{=product_types.vat_free}\">, but food and alcohol are never free of VAT.",
        "Varetypen «{0}» sier <vat_free|«{=product_types.vat_free}»>, men mat og alkohol er aldri fritatt for mva.",
        "Take <vat_free away; a venue that is not registered for VAT says vat_registered: false instead|that away; if the "
        "venue is not registered for VAT, whoever runs Bilag sets that instead>.",
        "Fjern <vat_free; et salgssted som ikke er mva-registrert, skriver vat_registered: false i stedet|krysset; er "
        "salgsstedet ikke mva-registrert, setter den som drifter Bilag, det i stedet>." },
    /* 0 first day, or empty */
    [FINDING_DOUBLE_ENTRY] = {
        "Credit sales are transferred in the voucher and also sent as orders{0}: they would be booked twice.",
        "Kredittsalg overføres i bilaget og sendes også som ordre{0}: de ville bli ført dobbelt.",
        "<Write payment_types: {credit: {transfer: false}}, or turn auto_invoice off|Untick \"{=payment_types.transfer}\" "
        "for credit, or turn \"{=auto_invoice}\" off>.",
        "<Skriv payment_types: {credit: {transfer: false}}, eller slå av auto_invoice|Fjern krysset for "
        "«{=payment_types.transfer}» på credit, eller slå av «{=auto_invoice}»>." },
    /* 0 class */
    [FINDING_VAT_CLASS] = {
        "The VAT class \"{0}\" is missing.",
        "Mva-klassen «{0}» mangler.",
        "Write its rate and VAT code in PowerOffice<: vat: {{0}: {rate: {1}, code: \"{2}\"}}|: {1} % and {2}>, or what "
        "yours are.",
        "Skriv satsen og mva-koden i PowerOffice<: vat: {{0}: {rate: {1}, code: \"{2}\"}}|: {1} % og {2}>, eller dine egne." },
    /* 0 product type */
    [FINDING_PRODUCT_CODE] = {
        "Product type \"{0}\" has no product code, but <auto_invoice|\"{=auto_invoice}\"> is on: an order with it would be "
        "held.",
        "Varetypen «{0}» har ingen varekode, men <auto_invoice|«{=auto_invoice}»> er på: en ordre med den ville bli holdt "
        "tilbake.",
        "Write the product's code in PowerOffice<: product_types: {{0}: {product: CODE}}|>.",
        "Skriv varekoden i PowerOffice<: product_types: {{0}: {product: KODE}}|>." },
    /* 0 product type */
    [FINDING_REDUCED_PRODUCT_CODE] = {
        "Product type \"{0}\" has a reduced account but no reduced product code, and <auto_invoice|\"{=auto_invoice}\"> is "
        "on: an order with it at the reduced rate would be held.",
        "Varetypen «{0}» har konto for redusert sats, men ingen varekode for den, og <auto_invoice|«{=auto_invoice}»> er "
        "på: en ordre med den til redusert sats ville bli holdt tilbake.",
        "Write the code in PowerOffice<: product_types: {{0}: {reduced_product: CODE}}|>.",
        "Skriv varekoden i PowerOffice<: product_types: {{0}: {reduced_product: KODE}}|>." },
    [FINDING_CREDIT] = {
        "<auto_invoice|\"{=auto_invoice}\"> is on, but there is no payment type credit: a day with credit sales would be "
        "held.",
        "<auto_invoice|«{=auto_invoice}»> er på, men betalingsmåten credit finnes ikke: en dag med kredittsalg ville bli "
        "holdt tilbake.",
        "<Write payment_types: {credit: {transfer: false}}|Add credit, and untick \"{=payment_types.transfer}\" for it>.",
        "<Skriv payment_types: {credit: {transfer: false}}|Legg til credit, og fjern krysset for "
        "«{=payment_types.transfer}»>." },
    /* 0 account where sold, 1 account where used */
    [FINDING_GIFT_CARD_ACCOUNTS] = {
        "Gift cards are sold on account {0} but used on account {1}: neither would ever come to zero.",
        "Gavekort selges på konto {0}, men brukes på konto {1}: ingen av dem ville noen gang gå i null.",
        "Give product type gift_card and payment type gift_card the same liability account, such as 2901.",
        "Gi varetypen gift_card og betalingsmåten gift_card samme gjeldskonto, for eksempel 2901." },
    /* 0 account */
    [FINDING_GIFT_CARD_LIABILITY] = {
        "Gift cards are transferred to account {0}, which is no liability account (2000-2999).",
        "Gavekort overføres til konto {0}, som ikke er en gjeldskonto (2000–2999).",
        "A gift card is a debt until it is used: choose an account such as 2901 for product type and payment type.",
        "Et gavekort er gjeld til det er brukt: velg en konto som 2901 for varetypen og betalingsmåten." },
    /* 0 other venue, 1 department, or nothing */
    [FINDING_CLIENT_SHARED] = {
        "The venue has the same client key as {0}, and the two have {1}: their vouchers could not be told apart.",
        "Salgsstedet har samme klientnøkkel som {0}, og de to har {1}: bilagene kunne ikke skilles fra hverandre.",
        "Give each its own department< (department:)|>, or its own extension and client key.",
        "Gi hvert sin egen avdeling< (department:)|>, eller sin egen utvidelse og klientnøkkel." },
    /* 0 other venue, 1 its company */
    [FINDING_CLIENT_OTHER_COMPANY] = {
        "The venue has the same client key as {0}, which belongs to another company ({1}).",
        "Salgsstedet har samme klientnøkkel som {0}, som hører til et annet foretak ({1}).",
        "A client key belongs to one company: correct the key or the organisation number of one of the two.",
        "En klientnøkkel hører til ett foretak: rett nøkkelen eller organisasjonsnummeret for en av de to." },
    /* 0 other venue, 1 its extension */
    [FINDING_CLIENT_OTHER_EXTENSION] = {
        "The venue has the same client key as {0}, but another extension ({1}).",
        "Salgsstedet har samme klientnøkkel som {0}, men en annen utvidelse ({1}).",
        "A client key belongs to one extension: <write the extension it was made for in both files|whoever runs Bilag "
        "corrects which>.",
        "En klientnøkkel hører til én utvidelse: <skriv utvidelsen den er laget for i begge filene|den som drifter Bilag, "
        "retter hvilken>." },
    /* 0 company, 1 other venue */
    [FINDING_DEPARTMENT] = {
        "The venue has no department, but company {0} has further venues here ({1}).",
        "Salgsstedet har ingen avdeling, men foretaket {0} har flere salgssteder her ({1}).",
        "Give each venue of the company its own department in PowerOffice< (department:)|>.",
        "Gi hvert salgssted i foretaket sin egen avdeling i PowerOffice< (department:)|>." },
    /* 0 extension, 1 other venue */
    [FINDING_EXTENSION_TWICE] = {
        "Extension {0} is used by {1} too, with another client key; in one company an extension exists once.",
        "Utvidelsen {0} brukes også av {1}, med en annen klientnøkkel; i ett foretak finnes en utvidelse én gang.",
        "Add an unused one in PowerOffice (Egendefinert, add-on-1 to add-on-9) and <write it under extension|have whoever "
        "runs Bilag write it>, or share one client key and give each venue its department.",
        "Legg til en ubrukt i PowerOffice (Egendefinert, add-on-1 til add-on-9) og <skriv den under extension|få den som "
        "drifter Bilag, til å skrive den>, eller del én klientnøkkel og gi hvert salgssted sin avdeling." },
    /* 0 company */
    [FINDING_EXTENSIONS_TOO_MANY] = {
        "Company {0} has more than ten client keys, but there are ten extensions at most (the main one and nine add-ons).",
        "Foretaket {0} har mer enn ti klientnøkler, men det finnes høyst ti utvidelser (hovedutvidelsen og ni tillegg).",
        "Let venues share a client key, each with its own department: then there is no ceiling.",
        "La salgssteder dele klientnøkkel, hvert med sin egen avdeling: da er det ikke noe tak." },
    /* 0 time of day */
    [FINDING_BUSINESS_DAY] = {
        "The business day begins at {0}, not at 05:00 as QuickOrder's own reports do.",
        "Forretningsdagen begynner {0}, ikke 05:00 som i QuickOrders egne rapporter.",
        "Right if the venue wants it so; otherwise write <business_day_start: \"05:00\"|05:00 there>.",
        "Riktig hvis salgsstedet vil ha det slik; skriv ellers <business_day_start: \"05:00\"|05:00 der>." },
    /* 0 SAF-T code, 1 word, 2 section it is missing from */
    [FINDING_SAFT_WORD] = {
        "SAF-T code {0} is read as \"{1}\", which is not among the venue's <{2}|\"{=2}\">.",
        "SAF-T-koden {0} leses som «{1}», som ikke er blant <{2}|«{=2}»> for salgsstedet.",
        "Add \"{1}\" under <{2}|\"{=2}\">, or <correct the word under saft|have whoever runs Bilag correct the word>.",
        "Legg til «{1}» under <{2}|«{=2}»>, eller <rett ordet under saft|få den som drifter Bilag, til å rette ordet>." },
    /* 0 venue */
    [FINDING_BEGINS] = {
        "It is not said from which business day the venue is posted: every day that comes in is, also one of an old file.",
        "Det er ikke sagt fra hvilken forretningsdag salgsstedet skal føres: hver dag som kommer inn, føres, også fra en gammel fil.",
        "Write the first one that is posted< into venues/{0}.yaml: begins: 2026-12-01|>. Earlier days are only shown.",
        "Skriv den første som skal føres<, i venues/{0}.yaml: begins: 2026-12-01|>. Tidligere dager blir bare vist." },
    /* 0 number of faults, 1 the switches that are on */
    [FINDING_TRANSFER_REFUSED] = {
        "Sending by itself is on< ({1})|>, but the set-up has faults ({0}): vouchers and orders wait.",
        "Automatisk sending er på< ({1})|>, men oppsettet har feil ({0}): bilag og ordrer venter.",
        "Mend the other faults; what waits then goes by itself.",
        "Rett de andre feilene; det som venter, sendes da automatisk." },
};
