<?php
// A client of smsgateway24.com after its document: php smsgateway24.php ADDRESS EMAIL PASSWORD SENDTO...

[$script, $address, $email, $pass] = $argv;
$numbers = array_slice($argv, 4);

function call(string $method, array $fields): array
{
    global $address;
    $context = stream_context_create(['http' => [
        'method' => 'POST',
        'header' => 'Content-Type: application/x-www-form-urlencoded',
        'content' => http_build_query($fields),
    ]]);
    $answer = json_decode(file_get_contents("$address/getdata/$method", false, $context), true);
    if ($answer['error'] !== 0) {
        fwrite(STDERR, $answer['message']);
        exit(1);
    }
    return $answer;
}

$token = call('gettoken', ['email' => $email, 'pass' => $pass])['token'];
$smsdata = [];
foreach ($numbers as $index => $number) {
    $smsdata[] = ['sendto' => $number, 'body' => "Test message $index", 'sim' => 0, 'device_id' => 1, 'urgent' => 0];
}
call('addalotofsms', ['datajson' => json_encode(['token' => $token, 'smsdata' => $smsdata])]);
$tag = call('savetag', ['token' => $token, 'title' => 'Customers'])['tag_id'];
foreach ($numbers as $number) {
    call('savecontact', ['token' => $token, 'phone' => $number, 'tag_id' => $tag, 'fullname' => 'A. Customer']);
}
$paket = call('savepaket', [
    'token' => $token, 'title' => 'Spring', 'device_id' => 1, 'body' => 'Newsletter', 'tags' => $tag, 'sim' => 0,
    'time_to_send' => date('d.m.Y H:i:s'),
]);
echo json_encode(['paket_id' => $paket['paket_id'], 'count' => call('getallsms', ['token' => $token])['count']]);
