<?php
// The PHP example of the vendor's page; the test puts address, key and numbers into it.
$service_url = "https://voip-communications.net/api-v2/index.php/sms/send";
$curl = curl_init($service_url);
curl_setopt($curl, CURLOPT_USERPWD, "YOUR_API_KEY:YOUR_API_PASSWORD");
curl_setopt($curl, CURLOPT_RETURNTRANSFER, true);
$post_fields = array("from" => "FROM_NUMBER",
                     "to" => "TO_NUMBER",
                     "msg" => "TEXT_MESSAGE",
                     "delivery_date" => "2010-01-01 13:15");
curl_setopt($curl, CURLOPT_POST, true);
curl_setopt($curl, CURLOPT_POSTFIELDS, http_build_query($post_fields));
$curl_response = curl_exec($curl);
if ($curl_response !== false) {
    $http_code = curl_getinfo($curl,CURLINFO_HTTP_CODE);
    if ($http_code == "200") {
        $result = json_decode($curl_response,true);
        print_r($result);
    }
}
curl_close($curl);
